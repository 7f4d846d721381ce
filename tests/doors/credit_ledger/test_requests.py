"""Requests on a real database: kept, counted, decided once, shown by page."""

from services.credit_ledger.rules.acts import Act
from services.credit_ledger.rules.requests import LAPSE_AFTER
from shared.contracts.credit_notices import CreditsRequested, RequestApproved, RequestDeclined
from shared.contracts.credit_queries import ListRequests, ShowPoolTerms
from shared.contracts.refusals import RefusalCode
from tests.ledger.access_acts import a_request, an_answer, some_terms
from tests.ledger.acts import CREDIT, a_debit, a_grant, a_role, an_id
from tests.ledger.desk import Desk, LedgerDatabase, an_organization, desk_at
from tests.ledger.seen import lines_said
from tests.ledger.window import window_at


async def code(desk: Desk, act: Act) -> RefusalCode | None:
    [outcome] = await desk.decide(act)
    return outcome.refusal.code if outcome.refusal else None


async def test_R22_a_request_is_asked_approved_with_another_quota_and_shown(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    act = a_request(larkspur.id, limit=200 * CREDIT, by=larkspur.dan)
    [asked] = await desk.decide(act)
    answer = an_answer(larkspur.id, act.command, limit=150 * CREDIT, by=larkspur.ana)

    assert asked.extra == {"request_id": str(act.command)}
    assert await code(desk, answer) is None
    assert await code(desk, answer) is None
    assert await code(desk, a_debit(larkspur.id, larkspur.dan, 150 * CREDIT)) is None
    async with window_at(database, desk) as window:
        [shown] = await window.pages(ListRequests(), larkspur.id, "requests")
        open_ones = await window.pages(ListRequests(state="open"), larkspur.id, "requests")

    assert (shown["state"], shown["limit"], shown["reason"]) == ("approved", "150", "for the film")
    assert shown["request_id"] == str(act.command)
    assert shown["decided_at"] is not None
    assert open_ones == []
    assert [line["limit"] for line in await lines_said(desk, CreditsRequested)] == ["200"]
    assert [line["limit"] for line in await lines_said(desk, RequestApproved)] == ["150"]
    assert (await database.reconciled()).differences == ()


async def test_a_request_is_asked_and_decided_within_one_batch(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    act = a_request(larkspur.id, "unlimited", None, by=larkspur.dan)

    outcomes = await desk.decide(
        act,
        an_answer(larkspur.id, act.command, by=larkspur.ana),
        an_answer(larkspur.id, act.command, by=larkspur.ana),
        a_debit(larkspur.id, larkspur.dan, 200 * CREDIT),
    )

    codes = [outcome.refusal.code if outcome.refusal else None for outcome in outcomes]
    assert codes == [None, None, RefusalCode.REQUEST_DECIDED, None]


async def test_a_request_asked_at_one_desk_is_decided_at_another(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    act = a_request(larkspur.id, "unlimited", None, by=larkspur.dan)
    async with desk_at(database) as other:
        await other.decide(act)

    declined = an_answer(larkspur.id, act.command, approve=False, by=larkspur.ana)
    assert await code(desk, declined) is None
    assert len(await lines_said(desk, RequestDeclined)) == 1
    assert await code(desk, a_debit(larkspur.id, larkspur.dan, 101 * CREDIT)) == (
        RefusalCode.QUOTA_EXCEEDED
    )


async def test_R37_an_approval_that_meets_personal_credits_leaves_the_request_open(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur, eva = await an_organization(desk), an_id()
    await desk.decide(a_grant(eva, CREDIT), a_role(larkspur.id, eva, "GUEST"))
    act = a_request(larkspur.id, by=eva)
    await desk.decide(act)

    refused = await code(desk, an_answer(larkspur.id, act.command, by=larkspur.ana))
    await desk.decide(a_debit(eva, eva))

    assert refused == RefusalCode.GUEST_HAS_ACTIVE_PERSONAL_CREDITS
    assert await code(desk, an_answer(larkspur.id, act.command, by=larkspur.ana)) is None
    assert await code(desk, a_debit(larkspur.id, eva)) is None
    assert await code(desk, a_debit(eva, eva)) == RefusalCode.CREDIT_ACCESS_DISABLED
    assert (await database.reconciled()).differences == ()


async def test_a_sixth_open_request_of_one_person_is_refused(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    [first, *rest] = [a_request(larkspur.id, by=larkspur.dan) for _ in range(6)]
    await desk.decide(first, *rest[:2])

    outcomes = await desk.decide(*rest[2:])
    await desk.decide(an_answer(larkspur.id, first.command, approve=False, by=larkspur.ana))

    assert [outcome.refusal.code for outcome in outcomes if outcome.refusal] == [
        RefusalCode.RATE_LIMITED
    ]
    assert await code(desk, a_request(larkspur.id, by=larkspur.dan)) is None


async def test_a_request_of_last_month_has_lapsed_and_makes_room_for_another(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    old = [a_request(larkspur.id, limit=200 * CREDIT, by=larkspur.dan) for _ in range(5)]
    await desk.decide(*old)
    desk.advance(LAPSE_AFTER.total_seconds())
    new = a_request(larkspur.id, limit=250 * CREDIT, by=larkspur.dan)

    assert await code(desk, new) is None
    answer = an_answer(larkspur.id, old[0].command, by=larkspur.ana)
    assert await code(desk, answer) is RefusalCode.REQUEST_DECIDED
    async with window_at(database, desk) as window:
        every = await window.pages(ListRequests(), larkspur.id, "requests")
        lapsed = await window.pages(ListRequests(state="lapsed"), larkspur.id, "requests")
        [still] = await window.pages(ListRequests(state="open"), larkspur.id, "requests")

    assert [one["state"] for one in every] == ["lapsed"] * 5 + ["open"]
    assert [one["request_id"] for one in lapsed] == [str(act.command) for act in old]
    assert still["request_id"] == str(new.command)


async def test_nobody_decides_a_request_of_another_organization(desk: Desk) -> None:
    larkspur, other = await an_organization(desk), await an_organization(desk)
    act = a_request(larkspur.id, by=larkspur.dan)
    await desk.decide(act)

    refused = await code(desk, an_answer(other.id, act.command, by=other.ana))

    assert refused == RefusalCode.UNKNOWN_REQUEST


async def test_requests_come_by_page_in_the_order_they_were_asked(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    acts = [a_request(larkspur.id, by=larkspur.dan) for _ in range(5)]
    await desk.decide(*acts)

    async with window_at(database, desk) as window:
        pages = await window.pages(ListRequests(limit=2), larkspur.id, "requests")
        some = await window.pages(ListRequests(limit=2, state="open"), larkspur.id, "requests")

    assert [row["request_id"] for row in pages] == [str(act.command) for act in acts]
    assert some == pages


async def test_A18_terms_are_set_by_whom_they_belong_to_and_shown(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    zone = some_terms(larkspur.id, by=larkspur.ana, zone="Europe/Sofia", notice_days=30)
    overrun = some_terms(larkspur.id, by=larkspur.ana, overrun_max=5 * CREDIT)
    by_operator = some_terms(larkspur.id, actor="operator", overrun_max=5 * CREDIT)

    assert await code(desk, zone) is None
    assert await code(desk, overrun) == RefusalCode.OPERATOR_REQUIRED
    assert await code(desk, by_operator) is None
    async with desk_at(database) as other, window_at(database, other) as window:
        shown = await window.ask(ShowPoolTerms(), larkspur.id)

    assert (shown["zone"], shown["notice_days"], shown["overrun_max"]) == ("Europe/Sofia", 30, "5")
    assert shown["pool_thresholds"] == [20, 5]


async def test_what_is_answered_and_not_remembered_may_come_again_under_the_same_id(
    desk: Desk,
) -> None:
    larkspur, same = await an_organization(desk), an_id()
    by_ana = some_terms(larkspur.id, by=larkspur.ana, overrun_max=5 * CREDIT, id=same)
    by_operator = some_terms(
        larkspur.id, by=larkspur.ana, actor="operator", overrun_max=5 * CREDIT, id=same
    )
    nowhere = some_terms(larkspur.id, by=larkspur.ana, zone="Factory")

    assert await code(desk, by_ana) == RefusalCode.OPERATOR_REQUIRED
    assert await code(desk, by_operator) is None
    assert await code(desk, nowhere) == RefusalCode.MALFORMED
    remembered = await desk.connection.fetchval(
        "SELECT count(*) FROM verdict WHERE command = $1", nowhere.command
    )
    assert remembered == 0

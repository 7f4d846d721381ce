"""Access and quotas on a real database, where two wallets change in one commit."""

from datetime import timedelta
from uuid import UUID

from services.credit_ledger.rules.acts import Act
from shared.contracts.credit_facts import (
    AccessChanged,
    CreditsDormant,
    CreditsReactivated,
    QuotaRestarted,
)
from shared.contracts.credit_queries import ListCreditAccess, ShowPool
from shared.contracts.refusals import RefusalCode
from tests.ledger.access_acts import a_renewed_quota, a_restart, an_edit, some_terms
from tests.ledger.acts import (
    CREDIT,
    a_capture,
    a_debit,
    a_grant,
    a_pool,
    a_role,
    an_access,
    an_authorize,
    an_id,
)
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization, desk_at
from tests.ledger.seen import lines_said, pool_of
from tests.ledger.window import window_at

DAY = 86_400


async def code(desk: Desk, act: Act) -> RefusalCode | None:
    """The code an act is refused with, or nothing."""
    [outcome] = await desk.decide(act)
    return outcome.refusal.code if outcome.refusal else None


async def a_guest(desk: Desk, larkspur: Larkspur, *, credits: int = 0) -> UUID:
    """Eva, a Guest without access."""
    eva = an_id()
    if credits:
        await desk.decide(a_grant(eva, credits * CREDIT))
    await desk.decide(a_role(larkspur.id, eva, "GUEST"))
    return eva


async def test_R36_R41_R42_a_guest_spends_his_own_then_the_pools_and_never_of_both(
    desk: Desk,
) -> None:
    larkspur = await an_organization(desk)
    eva = await a_guest(desk, larkspur, credits=40)
    enable = an_access(larkspur.id, eva, "quota", 300 * CREDIT, by=larkspur.ana)

    assert await code(desk, a_debit(larkspur.id, eva)) == RefusalCode.CREDIT_ACCESS_DISABLED
    assert await code(desk, enable) == RefusalCode.GUEST_HAS_ACTIVE_PERSONAL_CREDITS
    assert await code(desk, a_debit(eva, eva, 40 * CREDIT)) is None

    # Nothing is switched by itself (T4); the same refusal is remembered, so this is another one.
    assert await code(desk, a_debit(larkspur.id, eva)) == RefusalCode.CREDIT_ACCESS_DISABLED
    again = an_access(larkspur.id, eva, "quota", 300 * CREDIT, by=larkspur.ana)
    assert await code(desk, enable) == RefusalCode.GUEST_HAS_ACTIVE_PERSONAL_CREDITS
    assert await code(desk, again) is None
    assert await code(desk, a_debit(larkspur.id, eva)) is None
    assert await code(desk, a_debit(eva, eva)) == RefusalCode.CREDIT_ACCESS_DISABLED


async def test_R38_T5_what_is_paid_while_access_is_enabled_sleeps_until_it_is_disabled(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    dan = larkspur.dan
    expires_at = desk.clock.now() + timedelta(days=365)
    await desk.decide(a_grant(dan, 40 * CREDIT, expires_at=expires_at))
    asleep = await pool_of(desk, dan)
    desk.advance(7 * DAY)

    assert await code(desk, a_debit(dan, dan)) == RefusalCode.CREDIT_ACCESS_DISABLED
    # The person gives his access up by himself.
    assert await code(desk, an_access(larkspur.id, dan, "disabled", by=dan)) is None
    assert await code(desk, a_debit(dan, dan)) is None

    moved = await desk.connection.fetchval(
        "SELECT expires_at - $2 FROM lot WHERE wallet = (SELECT id FROM wallet WHERE owner = $1)",
        dan,
        expires_at,
    )
    assert [asleep, await pool_of(desk, dan)] == [(0, 0, 0), (39, 0, 39)]
    assert 7 * DAY <= moved.total_seconds() < 7 * DAY + 60
    assert await lines_said(desk, CreditsReactivated) == [{"lot": 1, "amount": "40"}]
    assert (await database.reconciled()).differences == ()


async def test_R28_a_members_own_wallet_sleeps_while_he_is_one(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur, mia = await an_organization(desk), an_id()
    await desk.decide(a_grant(mia, 40 * CREDIT))
    hold = an_authorize(mia, mia, 10 * CREDIT)
    await desk.decide(hold)
    await desk.decide(a_role(larkspur.id, mia, "MEMBER"))

    assert await code(desk, a_debit(mia, mia)) == RefusalCode.CREDIT_ACCESS_DISABLED
    assert await code(desk, a_capture(mia, hold.command, 4 * CREDIT)) is None
    assert await pool_of(desk, mia) == (0, 0, 0)
    await desk.decide(a_role(larkspur.id, mia, "REMOVED"))

    assert await pool_of(desk, mia) == (36, 0, 36)
    assert await lines_said(desk, CreditsDormant) == [
        {"lot": 1, "amount": "30"},
        {"lot": 1, "amount": "6"},
    ]
    assert (await database.reconciled()).differences == ()


async def test_A11_the_pool_of_an_organization_that_a_guest_owns_is_his_own_wallet(
    desk: Desk,
) -> None:
    larkspur = await an_organization(desk)
    freelancer, studio = an_id(), an_id()
    await desk.decide(a_grant(freelancer, 40 * CREDIT), a_pool(freelancer, studio))
    await desk.decide(a_role(larkspur.id, freelancer, "GUEST"))

    def enable() -> Act:
        return an_access(larkspur.id, freelancer, by=larkspur.ana)

    assert await code(desk, enable()) == RefusalCode.GUEST_HAS_ACTIVE_PERSONAL_CREDITS
    assert await code(desk, a_debit(studio, freelancer, 40 * CREDIT)) is None
    assert await code(desk, enable()) is None
    await desk.decide(a_grant(freelancer, 5 * CREDIT))

    assert await code(desk, a_debit(studio, freelancer)) == RefusalCode.POOL_INSUFFICIENT
    await desk.decide(an_access(larkspur.id, freelancer, "disabled", by=larkspur.ana))
    assert await code(desk, a_debit(studio, freelancer)) is None


async def test_T10_a_quota_edited_below_what_is_used_is_accepted_and_shown_as_over(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    dan = larkspur.dan
    await desk.decide(a_debit(larkspur.id, dan, 84 * CREDIT))

    edited = await code(desk, an_edit(larkspur.id, dan, 60 * CREDIT, by=larkspur.ana))
    spent = await code(desk, a_debit(larkspur.id, dan))
    async with window_at(database, desk) as window:
        people = await window.pages(ListCreditAccess(), larkspur.id, "people")
        pool = await window.ask(ShowPool(), larkspur.id)

    [shown] = [person for person in people if person["account_id"] == str(dan)]
    assert (edited, spent) == (None, RefusalCode.QUOTA_EXCEEDED)
    assert (shown["limit"], shown["used"], shown["remaining"]) == ("60", "84", "0")
    assert shown["over_quota"] is True
    assert pool["quotas"] == "60"


async def test_R52_T13_quotas_of_ten_people_are_summed_though_no_wallet_could_hold_so_much(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    most, people = 999_999_999_999, [an_id() for _ in range(10)]
    await desk.decide(*(a_role(larkspur.id, person) for person in people))
    await desk.decide(
        *(
            an_access(larkspur.id, person, "quota", most * CREDIT, by=larkspur.ana)
            for person in people
        )
    )

    async with window_at(database, desk) as window:
        pool = await window.ask(ShowPool(), larkspur.id)

    assert pool["quotas"] == str(10 * most + 100)


async def test_T12_a_restart_is_told_and_what_is_held_counts_where_it_was_authorized(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.dan, 90 * CREDIT)
    await desk.decide(hold)
    await desk.decide(a_restart(larkspur.id, larkspur.dan, by=larkspur.ana))

    assert await code(desk, a_debit(larkspur.id, larkspur.dan, 100 * CREDIT)) is None
    assert await code(desk, a_capture(larkspur.id, hold.command, 84 * CREDIT)) is None

    [ended] = await desk.connection.fetch("SELECT count, quota, captured, held FROM quota_count")
    assert tuple(ended) == (0, 100 * CREDIT, 84 * CREDIT, 0)
    signed = {"by": str(larkspur.ana), "door": "farm"}
    assert await lines_said(desk, QuotaRestarted) == [
        {"account_id": str(larkspur.dan), "count": 1, "captured": "0", **signed}
    ]
    assert (await database.reconciled()).differences == ()


async def test_T12_removed_and_added_again_starts_a_new_count_and_keeps_the_old_ones_holds(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.dan, 90 * CREDIT)
    await desk.decide(hold)
    await desk.decide(a_role(larkspur.id, larkspur.dan, "REMOVED"))
    removed = await code(desk, a_debit(larkspur.id, larkspur.dan))
    await desk.decide(a_role(larkspur.id, larkspur.dan, "GUEST"))
    added = await code(desk, a_debit(larkspur.id, larkspur.dan))
    quota = an_access(larkspur.id, larkspur.dan, "quota", 100 * CREDIT, by=larkspur.ana)
    await desk.decide(quota)

    assert await code(desk, a_debit(larkspur.id, larkspur.dan, 100 * CREDIT)) is None
    assert await code(desk, a_capture(larkspur.id, hold.command, 84 * CREDIT)) is None
    assert (removed, added) == (RefusalCode.CREDIT_ACCESS_DISABLED,) * 2
    assert (await database.reconciled()).differences == ()


async def test_A7_a_quota_with_a_period_renews_by_itself_and_keeps_its_history(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    dan = larkspur.dan
    await desk.decide(a_renewed_quota(larkspur.id, dan, 100 * CREDIT, "day", by=larkspur.ana))
    await desk.decide(a_debit(larkspur.id, dan, 100 * CREDIT))

    assert await code(desk, a_debit(larkspur.id, dan)) == RefusalCode.QUOTA_EXCEEDED
    desk.advance(DAY)
    async with window_at(database, desk) as window:
        people = await window.pages(ListCreditAccess(), larkspur.id, "people")
    assert await code(desk, a_debit(larkspur.id, dan, 7 * CREDIT)) is None

    [shown] = [person for person in people if person["account_id"] == str(dan)]
    assert (shown["used"], shown["remaining"], shown["period"]) == ("0", "100", "day")
    [ended] = await desk.connection.fetch("SELECT count, captured FROM quota_count")
    assert tuple(ended) == (0, 100 * CREDIT)
    assert (await database.reconciled()).differences == ()


async def test_R51_observed_quotas_are_flagged_once_and_for_all_and_the_pool_stays_above_zero(
    desk: Desk,
) -> None:
    larkspur = await an_organization(desk)
    await desk.decide(some_terms(larkspur.id, by=larkspur.ana, observe=True))
    act = a_debit(larkspur.id, larkspur.dan, 400 * CREDIT)

    [observed] = await desk.decide(act)
    [again] = await desk.decide(act)

    assert observed.extra == again.extra == {"flags": ["quota_exceeded"]}
    assert await code(desk, a_debit(larkspur.id, larkspur.dan, 101 * CREDIT)) == (
        RefusalCode.POOL_INSUFFICIENT
    )


async def test_R20_a_change_of_access_is_told_of_both_wallets(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    await desk.decide(an_access(larkspur.id, larkspur.dan, "disabled", by=larkspur.ana))

    modes = [
        (line["mode"], line.get("limit"))
        for line in await lines_said(desk, AccessChanged)
        if line["account_id"] == str(larkspur.dan)
    ]

    assert sorted(modes) == [
        ("disabled", None), ("disabled", None), ("disabled", None), ("quota", "100"),
        ("unlimited", None),
    ]  # fmt: skip


async def test_R36_a_second_engine_sees_the_own_wallet_closed_by_the_first(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    eva = await a_guest(desk, larkspur)
    async with desk_at(database, desk.clock) as other:
        assert await code(other, a_debit(eva, eva)) == RefusalCode.POOL_INSUFFICIENT
        await desk.decide(an_access(larkspur.id, eva, by=larkspur.ana))

        assert await code(other, a_debit(eva, eva)) == RefusalCode.CREDIT_ACCESS_DISABLED
        await other.decide(a_grant(eva, 40 * CREDIT))
        await desk.decide(an_access(larkspur.id, eva, "disabled", by=larkspur.ana))

        assert await code(other, a_debit(eva, eva)) is None
        assert await code(desk, a_debit(eva, eva)) is None

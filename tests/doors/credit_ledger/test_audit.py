"""The trail of administrative acts: one commit with the act, asked for by page, never changed."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.credit_ledger.queries.audit import list_credit_audit
from services.credit_ledger.rules.acts import Act
from shared.contracts.audit import ListCreditAudit
from shared.contracts.catalogue import COMMAND_BY_TYPE
from shared.contracts.credit_access import EditQuota
from shared.contracts.credit_facts import AccessChanged
from shared.contracts.credit_orders import AdjustCredits, ImportBalance
from shared.contracts.credit_terms import SetPoolTerms
from shared.contracts.credits import SetCreditAccess
from shared.contracts.message import Verdict
from shared.contracts.refusals import RefusalCode
from tests.builders import CLOCK
from tests.doors.credit_ledger.farm import Farm
from tests.ledger.access_acts import a_request, a_restart, an_answer, an_edit
from tests.ledger.acts import CREDIT, a_debit, an_id, asked
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization
from tests.ledger.trade import OLGA, OZ, an_adjustment
from tests.ledger.window import Window, window_at
from tests.listening import Listener

PORTAL, OPERATOR = "coffer_portal", "operator"


@pytest.fixture
async def window(database: LedgerDatabase, desk: Desk) -> AsyncIterator[Window]:
    async with window_at(database, desk) as opened:
        yield opened


async def trail(
    window: Window,
    larkspur: Larkspur,
    *,
    by: UUID | None = None,
    actor: str = PORTAL,
    before: int | None = None,
    limit: int = 100,
) -> Verdict:
    """Ask for the trail, as Ana through the portal unless told otherwise."""
    data = ListCreditAudit(before=before, limit=limit)
    command = COMMAND_BY_TYPE[data.TYPE](
        id=an_id(),
        type=data.TYPE,
        actor=actor,
        on_behalf_of=by or larkspur.ana,
        owner=larkspur.id,
        sent_at=CLOCK.now(),
        data=data,
    )
    return await list_credit_audit(command, window.pool)


async def entries(window: Window, larkspur: Larkspur) -> list[dict[str, Any]]:
    verdict = await trail(window, larkspur)
    told: Any = verdict.result
    return list(told["entries"])


def set_to_quota(larkspur: Larkspur, by: UUID) -> Act:
    data = SetCreditAccess(account_id=larkspur.ben, mode="quota", limit=9 * CREDIT)
    return asked(data, larkspur.id, by=by, actor=PORTAL)


async def test_R22_each_act_is_written_down_once_with_its_commit(
    desk: Desk, window: Window
) -> None:
    larkspur = await an_organization(desk)
    was = len(await entries(window, larkspur))
    act = set_to_quota(larkspur, larkspur.ana)

    await desk.decide(act, a_debit(larkspur.id, larkspur.ben))
    await desk.decide(act)

    newest, *rest = await entries(window, larkspur)
    assert len(rest) == was
    assert (newest["id"], newest["act"]) == (str(act.command), "set_credit_access")
    assert (newest["by"], newest["door"]) == (str(larkspur.ana), PORTAL)
    assert newest["about"] == str(larkspur.ben)
    assert newest["before"] == {"mode": "unlimited", "limit": None, "period": None}
    assert newest["after"] == {"mode": "quota", "limit": "9", "period": None}


async def test_what_is_refused_changes_nothing_and_leaves_no_trail(
    desk: Desk, window: Window
) -> None:
    larkspur = await an_organization(desk)
    was = await entries(window, larkspur)

    await desk.decide(
        set_to_quota(larkspur, larkspur.ben),
        asked(SetPoolTerms(overrun_max=CREDIT), larkspur.id, by=larkspur.ana, actor=PORTAL),
    )

    assert await entries(window, larkspur) == was


async def test_A17_people_and_operators_stand_in_one_trail_newest_first(
    desk: Desk, window: Window
) -> None:
    larkspur, oz = await an_organization(desk), an_id()
    request = a_request(larkspur.id, limit=200 * CREDIT, by=larkspur.dan)
    await desk.decide(request)
    await desk.decide(an_answer(larkspur.id, request.command, by=larkspur.ana))
    await desk.decide(
        an_edit(larkspur.id, larkspur.dan, 50 * CREDIT, by=larkspur.ana),
        a_restart(larkspur.id, larkspur.dan, by=larkspur.ana),
    )
    goodwill = AdjustCredits(amount=5 * CREDIT, direction="add", reason="black frames")
    opening = ImportBalance(reference="old-1", credits=3 * CREDIT)
    for data in (SetPoolTerms(overrun_max=CREDIT), goodwill, opening):
        await desk.decide(asked(data, larkspur.id, by=oz, actor=OPERATOR))

    told = await entries(window, larkspur)

    assert [(entry["act"], entry["by"], entry["door"]) for entry in told[:6]] == [
        ("import_balance", str(oz), OPERATOR),
        ("adjust_credits", str(oz), OPERATOR),
        ("set_pool_terms", str(oz), OPERATOR),
        ("restart_quota", str(larkspur.ana), "farm"),
        ("edit_quota", str(larkspur.ana), "farm"),
        ("decide_request", str(larkspur.ana), "farm"),
    ]
    numbers = [entry["number"] for entry in told]
    assert numbers == sorted(numbers, reverse=True)


async def test_A17_both_words_of_two_operators_are_written_down_and_a_repeated_one_once(
    desk: Desk, window: Window
) -> None:
    larkspur = await an_organization(desk)
    asks = an_adjustment(larkspur.id, 1_001)
    await desk.decide(asks)
    await desk.decide(asks, an_adjustment(larkspur.id, 1_001, confirms=asks.command))
    await desk.decide(an_adjustment(larkspur.id, 1_001, by=OLGA, confirms=asks.command))

    confirmed, asking, *rest = await entries(window, larkspur)

    assert (asking["id"], asking["act"]) == (str(asks.command), "ask_adjustment")
    assert (asking["by"], asking["door"]) == (str(OZ), OPERATOR)
    assert asking["after"]["reason"] == confirmed["after"]["reason"]
    assert asking["after"]["waits_for"] == "second_operator"
    assert (confirmed["act"], confirmed["by"]) == ("adjust_credits", str(OLGA))
    assert confirmed["after"]["confirms"] == str(asks.command)
    assert [entry for entry in rest if "adjust" in entry["act"]] == []


async def test_the_trail_is_read_page_by_page(desk: Desk, window: Window) -> None:
    larkspur = await an_organization(desk)
    for limit in range(1, 6):
        await desk.decide(an_edit(larkspur.id, larkspur.dan, limit * CREDIT, by=larkspur.ana))
    whole = await entries(window, larkspur)

    found: list[Any] = []
    before: int | None = None
    while True:
        page: Any = (await trail(window, larkspur, before=before, limit=2)).result
        found += page["entries"]
        before = page.get("before")
        if before is None:
            break

    assert found == whole
    assert len(whole) == 7


async def test_R2_the_administrator_and_operators_read_the_trail_and_nobody_else(
    desk: Desk, window: Window
) -> None:
    larkspur = await an_organization(desk)

    by_ben = await trail(window, larkspur, by=larkspur.ben)
    by_oz = await trail(window, larkspur, by=an_id(), actor=OPERATOR)
    of_nobody = await trail(window, Larkspur(an_id(), larkspur.ana, an_id(), an_id()))

    assert by_ben.refused is not None
    assert by_ben.refused.code == RefusalCode.NOT_ADMINISTRATOR
    assert by_oz.accepted
    assert of_nobody.refused is not None
    assert of_nobody.refused.code == RefusalCode.UNKNOWN_ORGANIZATION


@pytest.mark.parametrize("statement", ["UPDATE audit SET door = 'x'", "DELETE FROM audit"])
async def test_A17_the_service_itself_cannot_change_the_trail(desk: Desk, statement: str) -> None:
    await an_organization(desk)

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await desk.connection.execute(statement)


async def test_R22_through_the_doors_the_fact_and_the_trail_name_who_and_by_which_door(
    farm: Farm, credit_facts: Listener
) -> None:
    limit = SetCreditAccess(account_id=farm.ben, mode="quota", limit=9 * CREDIT)
    await farm.asks(limit, by=farm.ana)
    edited = await farm.asks(EditQuota(account_id=farm.ben, limit=5 * CREDIT), by=farm.ana)

    verdict = await farm.asks(ListCreditAudit(limit=2), by=farm.ana)

    told: Any = verdict.result
    assert [entry["act"] for entry in told["entries"]] == ["edit_quota", "set_credit_access"]
    assert told["entries"][0]["id"] == str(edited.id)
    assert {entry["door"] for entry in told["entries"]} == {PORTAL}
    said = await credit_facts.find(lambda m: str(edited.id).encode() in m.body)
    assert said.routing_key == AccessChanged.ROUTING_KEY
    assert f'"by":"{farm.ana}","door":"{PORTAL}"'.encode() in said.body

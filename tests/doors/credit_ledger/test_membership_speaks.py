"""Membership's facts and people's commands at the ledger's doors, through the broker."""

from typing import Any
from uuid import UUID

from shared.contracts.credit_access import DecideRequest, EditQuota, RequestCredits, RestartQuota
from shared.contracts.credit_facts import QuotaRestarted
from shared.contracts.credit_notices import RequestApproved
from shared.contracts.credit_queries import ListCreditAccess, ListRequests, ShowPoolTerms
from shared.contracts.credit_terms import SetPoolTerms
from shared.contracts.credits import AuthorizeHold, SetCreditAccess
from shared.contracts.membership import MemberAdded, MemberRemoved
from shared.contracts.message import Verdict
from shared.contracts.refusals import RefusalCode
from shared.contracts.transfers import AdministratorChanged
from tests.builders import CLOCK, a_credit_line, a_purchase, an_id
from tests.doors.credit_ledger.farm import CREDIT, Farm
from tests.listening import Listener
from tests.waiting import eventually


def rows(verdict: Verdict, name: str) -> list[dict[str, Any]]:
    assert verdict.result is not None, verdict.refused
    found: Any = verdict.result[name]
    return list(found)


def code(verdict: Verdict) -> RefusalCode | None:
    return verdict.refused.code if verdict.refused else None


async def ben_succeeds(farm: Farm, sequence: int = 3) -> None:
    changed = AdministratorChanged(
        organization_id=farm.id,
        from_account_id=farm.ana,
        to_account_id=farm.ben,
        from_role="GUEST",
        changed_at=CLOCK.now(),
    )
    await farm.membership_says(changed, sequence)


async def test_T16_R49_what_the_new_administrator_buys_feeds_the_pool(farm: Farm) -> None:
    await ben_succeeds(farm)
    restart = RestartQuota(account_id=farm.ana)
    await eventually(lambda: farm.asks(restart, by=farm.ben), lambda verdict: verdict.accepted)

    await farm.store.says(a_purchase(account_id=farm.ben, lines=(a_credit_line(),)))

    await eventually(farm.available, lambda available: available == "1000")
    by_ana = await farm.asks(restart, by=farm.ana)
    assert code(by_ana) == RefusalCode.NOT_ADMINISTRATOR


async def test_R28_R41_roles_follow_membership_in_order_however_they_come(farm: Farm) -> None:
    eva = an_id()
    added = MemberAdded(
        organization_id=farm.id, account_id=eva, role="MEMBER", added_at=CLOCK.now()
    )
    removed = MemberRemoved(organization_id=farm.id, account_id=eva, removed_at=CLOCK.now())
    again = MemberAdded(organization_id=farm.id, account_id=eva, role="GUEST", added_at=CLOCK.now())

    for sequence, fact in ((5, again), (4, removed), (3, added)):
        await farm.membership_says(fact, sequence)

    async def seen() -> list[tuple[str, str]]:
        people = rows(await farm.asks(ListCreditAccess()), "people")
        return [(p["role"], p["mode"]) for p in people if p["account_id"] == str(eva)]

    await eventually(seen, lambda found: found == [("GUEST", "disabled")])


async def test_R23_a_quota_is_edited_and_restarted_through_the_door(
    farm: Farm, credit_facts: Listener
) -> None:
    none = await farm.asks(EditQuota(account_id=farm.ben, limit=5 * CREDIT), by=farm.ana)
    await farm.asks(
        SetCreditAccess(account_id=farm.ben, mode="quota", limit=9 * CREDIT), by=farm.ana
    )
    edited = await farm.asks(EditQuota(account_id=farm.ben, limit=5 * CREDIT), by=farm.ana)
    restarted = await farm.asks(RestartQuota(account_id=farm.ben), by=farm.ana)

    assert code(none) == RefusalCode.NO_QUOTA
    assert edited.accepted
    assert restarted.accepted
    await credit_facts.fact(QuotaRestarted, farm.id)


async def test_a_request_goes_from_its_person_to_the_administrator_and_back(
    farm: Farm, credit_facts: Listener
) -> None:
    wish = RequestCredits(mode="quota", limit=9 * CREDIT, reason="for the film")
    asked = await farm.asks(wish, by=farm.ben)
    assert asked.result is not None
    listed = await farm.asks(ListRequests(state="open"), by=farm.ana)
    [row] = rows(listed, "requests")
    approve = DecideRequest(request_id=UUID(row["request_id"]), approve=True)
    approved = await farm.asks(approve, by=farm.ana)
    beyond = await farm.asks(AuthorizeHold(amount=10 * CREDIT))

    assert row["request_id"] == asked.result["request_id"]
    assert approved.accepted
    assert code(beyond) == RefusalCode.QUOTA_EXCEEDED
    await credit_facts.fact(RequestApproved, farm.id)


async def test_A17_the_portal_sets_no_terms_of_the_operators_and_may_ask_again(
    farm: Farm,
) -> None:
    zone = await farm.asks(SetPoolTerms(zone="Europe/Sofia"), by=farm.ana)
    overrun = await farm.asks(SetPoolTerms(overrun_max=5 * CREDIT), by=farm.ana)
    shown = await farm.asks(ShowPoolTerms())

    assert zone.accepted
    assert code(overrun) == RefusalCode.OPERATOR_REQUIRED
    assert shown.result is not None
    assert (shown.result["zone"], shown.result["overrun_max"]) == ("Europe/Sofia", "0")

"""The first steps of the story: a purchase makes an organization, whose seats people get."""

from uuid import UUID

from shared.contracts.licensing import AssignLicense, SeatRevoked
from shared.contracts.membership import AddMember, RemoveMember
from shared.contracts.message import Verdict
from shared.contracts.organizations import OrganizationActivated
from tests.builders import LUMEN, a_purchase, an_account
from tests.listening import Listener
from tests.processes import ServiceProcess
from tests.speaking import Portal, Store
from tests.waiting import eventually


async def test_a_purchase_becomes_a_seat_and_comes_back_when_its_holder_leaves(
    membership: ServiceProcess,
    licensing: ServiceProcess,
    portal: Portal,
    store: Store,
    facts: Listener,
) -> None:
    ana, ben = an_account(name="Ana").account_id, an_account(name="Ben")
    await store.says(a_purchase(account_id=ana))  # Before anybody knows Ana.
    await portal.ask(an_account(account_id=ana))
    await portal.ask(ben)
    organization = (await facts.fact(OrganizationActivated, ana)).subject
    joins = AddMember(account_id=ben.account_id, role="MEMBER")
    assert (await portal.ask(joins, by=ana, owner=organization)).accepted

    async def assign(who: UUID = ben.account_id) -> Verdict:
        asked = AssignLicense(product=LUMEN, account_id=who)
        return await portal.ask(asked, by=ana, owner=organization)

    assert (await eventually(assign, lambda verdict: verdict.accepted)).accepted
    leaves = RemoveMember(account_id=ben.account_id)
    assert (await portal.ask(leaves, by=ana, owner=organization)).accepted

    lost = await facts.fact(SeatRevoked, ben.account_id)
    assert isinstance(lost.data, SeatRevoked)
    assert (lost.subject, lost.data.reason) == (organization, "removed")

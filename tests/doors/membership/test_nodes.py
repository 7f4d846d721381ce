"""Render nodes at membership's doors: enrolled, withdrawn, listed, told and written down (A17)."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from deploy.native.stack import Stack
from shared.contracts.audit import ListMembershipAudit
from shared.contracts.copies import FetchMembershipSnapshot
from shared.contracts.nodes import EnrolNode, ListNodes, NodeWithdrawn, WithdrawNode
from shared.contracts.refusals import RefusalCode
from shared.contracts.snapshots import MembershipSnapshot
from shared.messaging.ask import asker
from tests.builders import an_id
from tests.doors.membership.larkspur import Larkspur, code_of, said
from tests.doors.membership.people import refusal, result_of
from tests.listening import Listener
from tests.speaking import Portal
from tests.waiting import eventually

ENROL, WITHDRAW = EnrolNode(node="rn-01"), WithdrawNode(node="rn-01")
OZ = an_id()
TWICE = ["NodeEnrolled", "NodeWithdrawn", "NodeEnrolled"]


@pytest.fixture
async def copying(stack: Stack) -> AsyncIterator[Portal]:
    """Asks as a service that keeps a copy."""
    async with asker(stack.amqp_urls["coffer_credit_ledger"]) as asks:
        yield Portal(asks)


async def listed(asks: Portal, larkspur: Larkspur, wanted: ListNodes | None = None) -> list[object]:
    shown = await asks.ask(wanted or ListNodes(), by=larkspur.ana, owner=larkspur.id)
    nodes = result_of(shown)["nodes"]
    assert isinstance(nodes, list)
    return [node["node"] for node in nodes if isinstance(node, dict)]


async def test_A17_the_administrator_enrols_and_withdraws_a_node(
    organized: Larkspur, portal: Portal, told: Listener
) -> None:
    enrolled = result_of(await portal.ask(ENROL, by=organized.ana, owner=organized.id))
    seen = await listed(portal, organized)

    withdrawn = result_of(await portal.ask(WITHDRAW, by=organized.ana, owner=organized.id))

    assert (enrolled["node"], withdrawn["node"], seen) == ("rn-01", "rn-01", ["rn-01"])
    assert await listed(portal, organized) == []
    await told.fact(NodeWithdrawn, organized.id)
    assert said(told, organized.id) == ["OrganizationActivated", "NodeEnrolled", "NodeWithdrawn"]


async def test_A17_an_operator_enrols_for_an_organization_and_all_is_written_down(
    organized: Larkspur, operator: Portal
) -> None:
    assert (await operator.ask(ENROL, by=OZ, owner=organized.id)).accepted
    assert await listed(operator, organized) == ["rn-01"]
    assert (await operator.ask(WITHDRAW, by=OZ, owner=organized.id)).accepted

    trail = result_of(await operator.ask(ListMembershipAudit(), owner=organized.id))["entries"]

    assert isinstance(trail, list)
    entries = [entry for entry in trail if isinstance(entry, dict)]
    assert [(e["act"], e["by"], e["door"], e["before"], e["after"]) for e in entries] == [
        ("withdraw_node", str(OZ), "operator", {"node": "rn-01"}, {}),
        ("enrol_node", str(OZ), "operator", {}, {"node": "rn-01"}),
    ]


async def test_A17_a_node_that_is_enrolled_stays_so_since_it_was(
    organized: Larkspur, portal: Portal, told: Listener
) -> None:
    first = result_of(await portal.ask(ENROL, by=organized.ana, owner=organized.id))

    again = result_of(await portal.ask(ENROL, by=organized.ana, owner=organized.id))
    anew = await portal.ask(WITHDRAW, by=organized.ana, owner=organized.id)
    later = result_of(await portal.ask(ENROL, by=organized.ana, owner=organized.id))

    assert again == first
    assert anew.accepted
    assert str(later["enrolled_at"]) > str(first["enrolled_at"])
    assert await listed(portal, organized) == ["rn-01"]

    async def kinds() -> list[str]:
        return said(told, organized.id)

    await eventually(kinds, lambda seen: seen == ["OrganizationActivated", *TWICE])


@pytest.mark.parametrize("wish", [ENROL, WITHDRAW, ListNodes()])
async def test_A17_R2_nobody_else_says_which_nodes_work_for_an_organization(
    organized: Larkspur, portal: Portal, wish: EnrolNode | WithdrawNode | ListNodes
) -> None:
    ben = await organized.joined()

    for somebody in (ben, None):
        code = await refusal(portal, wish, by=somebody, owner=organized.id)
        assert code is RefusalCode.NOT_ADMINISTRATOR
    code = await refusal(portal, wish, by=organized.ana, owner=an_id())
    assert code is RefusalCode.UNKNOWN_ORGANIZATION
    assert await listed(portal, organized) == []


async def test_A17_only_a_node_that_is_enrolled_is_withdrawn(
    organized: Larkspur, portal: Portal
) -> None:
    never = await portal.ask(WITHDRAW, by=organized.ana, owner=organized.id)

    assert code_of(never) == "not_enrolled"


async def test_A17_nodes_are_listed_page_by_page(organized: Larkspur, portal: Portal) -> None:
    for name in ("rn-03", "rn-01", "rn-02"):
        await portal.ask(EnrolNode(node=name), by=organized.ana, owner=organized.id)

    assert await listed(portal, organized, ListNodes(limit=2)) == ["rn-01", "rn-02"]
    assert await listed(portal, organized, ListNodes(limit=2, after="rn-02")) == ["rn-03"]


async def test_A17_a_snapshot_tells_of_nodes_that_work_and_that_did(
    organized: Larkspur, portal: Portal, copying: Portal
) -> None:
    for name in ("rn-01", "rn-02"):
        await portal.ask(EnrolNode(node=name), by=organized.ana, owner=organized.id)
    await portal.ask(WITHDRAW, by=organized.ana, owner=organized.id)

    asked = FetchMembershipSnapshot(after=UUID(int=organized.id.int - 1), limit=1)
    page = MembershipSnapshot.model_validate(result_of(await copying.ask(asked)), strict=False)

    [larkspur] = page.subjects
    assert larkspur.organization is not None
    nodes = [(node.node, node.withdrawn_at is None) for node in larkspur.organization.nodes]
    assert nodes == [("rn-01", False), ("rn-02", True)]

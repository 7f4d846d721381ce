"""Which nodes work for whom: copied by the ledger, and rebuilt without skipping what is booked."""

from typing import Any
from uuid import UUID

import pytest

from shared.contracts.credit_queries import ListCreditAccess
from shared.contracts.nodes import EnrolNode, WithdrawNode
from tests.builders import an_id
from tests.copies.asking import is_rebuilt, rebuild
from tests.copies.business import Business
from tests.copies.losing import losing
from tests.copies.trio import Services
from tests.speaking import Portal, Store
from tests.waiting import eventually

pytestmark = pytest.mark.verify

LEDGER = "credit_ledger"


async def nodes_agree(services: Services) -> None:
    await eventually(services.nodes, lambda pair: pair[0] == pair[1])


async def at_work(people: Portal, shop: Store) -> Business:
    """An organization with one node that works for it and one that did."""
    business = Business(people, shop)
    await business.opens()
    for node in ("rn-01", "rn-02"):
        assert (await business.does(EnrolNode(node=node))).accepted
    assert (await business.does(WithdrawNode(node="rn-02"))).accepted
    return business


async def test_A17_the_ledger_knows_which_nodes_work_and_which_did(
    services: Services, people: Portal, shop: Store
) -> None:
    business = await at_work(people, shop)

    await nodes_agree(services)

    said, _ = await services.nodes()
    mine = {row[1:] for row in said if row[0] == business.id}
    assert [(node, at is None) for node, at in sorted(mine)] == [("rn-01", True), ("rn-02", False)]


async def test_A17_an_emptied_copy_of_nodes_is_rebuilt_and_strangers_are_dropped(
    services: Services, people: Portal, shop: Store, operator: Portal
) -> None:
    await at_work(people, shop)
    await nodes_agree(services)
    heard = await services.heard(LEDGER, "membership")
    ledger = services.pools[LEDGER]
    await ledger.execute("DELETE FROM enrolment")
    await ledger.execute("INSERT INTO enrolment VALUES ($1, 'rn-09', NULL)", an_id())

    await rebuild(operator, LEDGER)
    await is_rebuilt(operator, LEDGER)

    said, copied = await services.nodes()
    assert copied == said
    after = await services.heard(LEDGER, "membership")
    forgotten = {each for each, far in heard.items() if after.get(each, -1) < far}
    assert forgotten == set(), "what was heard of others was forgotten"


async def test_A17_a_rebuild_skips_nothing_that_is_said_of_people(
    services: Services, people: Portal, shop: Store, operator: Portal
) -> None:
    business = await at_work(people, shop)
    await nodes_agree(services)

    def is_of_it(event: dict[str, Any]) -> bool:
        return bool(event["subject"] == str(business.id))

    async with losing(services.stack, LEDGER, "membership", is_of_it):
        await business.adds(1)
        await rebuild(operator, LEDGER)
        await is_rebuilt(operator, LEDGER)
        [added] = business.added

        assert await has_role(people, business, added)


async def has_role(people: Portal, business: Business, person: UUID) -> bool:
    listed = await people.ask(ListCreditAccess(), by=business.administrator, owner=business.id)
    rows: Any = (listed.result or {}).get("people", [])
    return str(person) in {row["account_id"] for row in rows}

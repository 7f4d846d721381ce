"""Roles that the ledger has otherwise than membership: a rebuild puts them right (R7, R15)."""

from typing import Any

import pytest

from tests.builders import an_id
from tests.copies.asking import is_rebuilt, rebuild
from tests.copies.business import Business
from tests.copies.trio import Services
from tests.speaking import Portal, Store
from tests.waiting import eventually

LEDGER = "credit_ledger"
OTHER_ROLES = "UPDATE access SET role = $3 WHERE wallet = $1 AND person = $2"
A_STRANGER = """
INSERT INTO access (wallet, person, role, mode, captured, held)
VALUES ($1, $2, $3, 'unlimited', 0, 0)
"""


async def roles_agree(services: Services, business: Business) -> None:
    said, copied = await roles(services, business)
    assert copied == said


async def roles(services: Services, business: Business) -> tuple[set[Any], set[Any]]:
    """Who is what in an organization, as membership says and as the ledger decides by."""
    said = await services.pools["membership"].fetch(
        """
        SELECT account_id, role FROM membership
        WHERE organization_id = $1 AND removed_at IS NULL
        UNION ALL
        SELECT administrator_id, 'ADMINISTRATOR' FROM organization WHERE id = $1
        """,
        business.id,
    )
    copied = await services.pools[LEDGER].fetch(
        """
        SELECT person, role FROM access
        WHERE role <> 'REMOVED' AND wallet = (SELECT id FROM wallet WHERE owner = $1)
        """,
        business.id,
    )
    return {tuple(row) for row in said}, {tuple(row) for row in copied}


async def at_work(services: Services, people: Portal, shop: Store) -> Business:
    business = Business(people, shop)
    await business.opens()
    await business.adds(3)
    await eventually(lambda: roles(services, business), lambda pair: pair[0] == pair[1])
    return business


async def falsify(services: Services, business: Business, *wrong: tuple[str, Any, str]) -> None:
    """Change roles as only a defect could, so that engines notice that their books are others."""
    pool = services.pools[LEDGER]
    wallet = await pool.fetchval("SELECT id FROM wallet WHERE owner = $1", business.id)
    for statement, person, role in wrong:
        await pool.execute(statement, wallet, person, role)
    await pool.execute("UPDATE wallet SET version = version + 1 WHERE id = $1", wallet)


async def rows(services: Services, business: Business) -> list[Any]:
    found = await services.pools[LEDGER].fetch(
        """
        SELECT version, person, role, mode, access.epoch, access.count
        FROM wallet
        INNER JOIN access ON access.wallet = wallet.id
        WHERE owner = $1
        ORDER BY person
        """,
        business.id,
    )
    return [tuple(row) for row in found]


@pytest.mark.parametrize("who", ["nobody", pytest.param("another", marks=pytest.mark.verify)])
async def test_R7_R15_R16_roles_that_were_changed_by_hand_are_those_of_membership_again(
    services: Services, people: Portal, shop: Store, operator: Portal, who: str
) -> None:
    business = await at_work(services, people, shop)
    first, second, third = business.added
    await falsify(
        services,
        business,
        (OTHER_ROLES, business.administrator, "MEMBER"),
        (OTHER_ROLES, first, "REMOVED"),
        (OTHER_ROLES, second, "GUEST" if who == "nobody" else "ADMINISTRATOR"),
        (A_STRANGER, an_id(), "GUEST"),
    )
    before = {row[1]: row for row in await rows(services, business)}

    await rebuild(operator, LEDGER)
    await is_rebuilt(operator, LEDGER)

    await roles_agree(services, business)
    after = {row[1]: row for row in await rows(services, business)}
    assert after[third][1:] == before[third][1:], "whose role agreed was touched"


async def test_a_rebuild_leaves_roles_that_agree_as_they_are(
    services: Services, people: Portal, shop: Store, operator: Portal
) -> None:
    business = await at_work(services, people, shop)
    before = await rows(services, business)

    await rebuild(operator, LEDGER)
    await is_rebuilt(operator, LEDGER)

    assert await rows(services, business) == before

"""What the rules of accounts and set-up promise, the schema keeps (R5, R7, R8, T32, A16, A20)."""

from uuid import UUID

import asyncpg
import pytest

from tests.builders import an_account, an_id
from tests.databases import Database
from tests.doors.membership.larkspur import Larkspur
from tests.doors.membership.people import Registered, asked_for, id_in, registered
from tests.processes import ServiceProcess
from tests.speaking import Portal


@pytest.fixture
async def fay(membership: ServiceProcess, portal: Portal) -> Registered:
    return await registered(portal)


@pytest.mark.parametrize(
    "change",
    [
        "name = NULL",
        "registered_at = NULL",
        "email = NULL",
        "email = NULL, email_folded = NULL",
        "forgotten_at = now()",
        "email = NULL, email_folded = NULL, forgotten_at = now()",
    ],
)
async def test_A20_an_account_is_whole_invited_or_forgotten(
    fay: Registered, membership_pool: Database, change: str
) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await membership_pool.execute(f"UPDATE account SET {change} WHERE id = $1", fay.id)  # noqa: S608  # one of the above


async def test_T32_an_invited_account_has_no_name(
    organized: Larkspur, membership_pool: Database
) -> None:
    invited = id_in(await organized.invite(an_account().email), "account_id")

    with pytest.raises(asyncpg.CheckViolationError):
        await membership_pool.execute("UPDATE account SET name = 'Gil' WHERE id = $1", invited)


async def test_A16_one_address_is_one_account(
    fay: Registered, portal: Portal, membership_pool: Database
) -> None:
    other = await registered(portal)

    with pytest.raises(asyncpg.UniqueViolationError):
        await membership_pool.execute(
            "UPDATE account SET email_folded = $2 WHERE id = $1", other.id, fay.email
        )


async def test_R8_one_request_waits_for_an_account(
    fay: Registered, portal: Portal, membership_pool: Database
) -> None:
    await asked_for(portal, fay)

    with pytest.raises(asyncpg.UniqueViolationError):
        await membership_pool.execute(
            """
            INSERT INTO setup_request
            SELECT $2, $3, account_id, requested_by, state, requested_at
            FROM setup_request WHERE account_id = $1
            """,
            fay.id,
            an_id(),
            an_id(),
        )


async def test_R10_what_is_decided_says_when(
    fay: Registered, portal: Portal, membership_pool: Database
) -> None:
    await asked_for(portal, fay)

    with pytest.raises(asyncpg.CheckViolationError):
        await membership_pool.execute(
            "UPDATE setup_request SET state = 'CONFIRMED' WHERE account_id = $1", fay.id
        )


async def test_R5_an_account_administers_one_organization(
    organized: Larkspur, membership_pool: Database
) -> None:
    with pytest.raises(asyncpg.UniqueViolationError):
        await add_organization(membership_pool, organized.ana)


async def test_R7_an_organization_has_an_administrator_who_exists(
    organized: Larkspur, membership_pool: Database
) -> None:
    for nobody, violated in (
        (None, asyncpg.NotNullViolationError),
        (an_id(), asyncpg.ForeignKeyViolationError),
    ):
        with pytest.raises(violated):
            await add_organization(membership_pool, nobody)


async def test_R7_neither_accounts_nor_organizations_are_deleted(
    organized: Larkspur, membership_pool: Database
) -> None:
    for table in ("organization", "account", "membership", "setup_request", "inbox", "fact"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await membership_pool.execute(f"DELETE FROM {table}")  # noqa: S608  # one of the above


async def add_organization(database: Database, administrator_id: UUID | None) -> None:
    await database.execute(
        """
        INSERT INTO organization (id, administrator_id, state, activated_at)
        VALUES ($1, $2, 'ACTIVE', now())
        """,
        an_id(),
        administrator_id,
    )

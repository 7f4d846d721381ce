"""The three services as processes, and what their databases know of each other."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg

from deploy.native.stack import Stack
from shared.postgres.pool import open_pool
from tests.databases import Database
from tests.processes import ServiceProcess, running
from tests.waiting import eventually

OWNERS_OF = {
    "membership": ("licensing", "credit_ledger"),
    "licensing": ("membership",),
    "credit_ledger": ("licensing", "membership"),
}
# Of the ledger only who has credits of his own, as long as his wallet is no pool (A11).
HEADS = {
    "credit_ledger": """
    SELECT subject, max(sequence) AS sequence
    FROM fact
    WHERE routing_key LIKE 'credit_ledger.personal_credits.%'
        AND subject IN (SELECT uid FROM wallet WHERE kind = 'ACCOUNT')
    GROUP BY subject
    """
}


@dataclass(frozen=True)
class Services:
    """What runs, and where it keeps what it knows."""

    stack: Stack
    processes: dict[str, ServiceProcess]
    pools: dict[str, Database]

    async def heads(self, owner: str) -> dict[UUID, int]:
        """How far a service has spoken of what is copied."""
        rows = await self.pools[owner].fetch(HEADS.get(owner, "SELECT * FROM subject"))
        return {row["subject"]: row["sequence"] for row in rows}

    async def heard(self, copy: str, owner: str) -> dict[UUID, int]:
        """How far a copy has heard."""
        rows = await self.pools[copy].fetch(
            "SELECT subject, sequence FROM heard WHERE source = $1", f"/coffer/{owner}"
        )
        return {row["subject"]: row["sequence"] for row in rows}

    async def missing(self, copy: str, owner: str) -> dict[UUID, tuple[int, int]]:
        """What a copy lacks, as how far it heard and how far was said."""
        heads, heard = await self.heads(owner), await self.heard(copy, owner)
        return {
            subject: (heard.get(subject, 0), sequence)
            for subject, sequence in heads.items()
            if heard.get(subject, 0) < sequence
        }

    async def missing_anywhere(self) -> list[Any]:
        """What any of the copies lacks."""
        return [
            (copy, owner, lacks)
            for copy, owners in OWNERS_OF.items()
            for owner in owners
            if (lacks := await self.missing(copy, owner))
        ]

    async def agree(self) -> None:
        """Wait until the rows of each copy are those of its owner.

        What comes of the last fact, and what was paid, is booked and told a moment later.
        """
        for rows in (
            self.roles,
            self.seats,
            self.licenses,
            self.entitlements,
            self.nodes,
            self.personal_credits,
        ):
            await eventually(partial(_differences, rows), lambda differ: differ == set())

    async def empty(self, copy: str, owner: str, *statements: str) -> None:
        """Take from a service what it knows of another, as only the database's owner may."""
        source = f"/coffer/{owner}"
        parts = urlsplit(self.stack.database_url)
        path = urlsplit(self.stack.database_urls[copy]).path
        connection = await asyncpg.connect(parts._replace(path=path).geturl())
        try:
            for statement in statements:
                await connection.execute(statement)
            await connection.execute("DELETE FROM heard WHERE source = $1", source)
            await connection.execute("DELETE FROM parked_fact WHERE source = $1", source)
        finally:
            await connection.close()

    async def roles(self) -> tuple[set[Any], set[Any]]:
        """Who is in what, as membership says and as licensing copied it.

        Membership keeps no row of who was Administrator before.
        """
        said = await self.pools["membership"].fetch(
            """
            SELECT organization_id, account_id, role, added_at, removed_at FROM membership
            UNION ALL
            SELECT id, administrator_id, 'ADMINISTRATOR', NULL, NULL FROM organization
            """
        )
        copied = await self.pools["licensing"].fetch(
            """
            SELECT
                organization_id, account_id, role,
                CASE WHEN role <> 'ADMINISTRATOR' THEN began_at END,
                ended_at
            FROM role_held
            WHERE role <> 'ADMINISTRATOR' OR ended_at IS NULL
            """
        )
        return {tuple(row) for row in said}, {tuple(row) for row in copied}

    async def seats(self) -> tuple[set[Any], set[Any]]:
        """Who has which seat, as licensing says and as membership copied it."""
        said = await self.pools["licensing"].fetch(
            "SELECT organization_id, account_id, product FROM assignment WHERE state = 'ACTIVE'"
        )
        copied = await self.pools["membership"].fetch(
            "SELECT organization_id, account_id, product FROM held_seat"
        )
        return {tuple(row) for row in said}, {tuple(row) for row in copied}

    async def entitlements(self) -> tuple[set[Any], set[Any]]:
        """Who may use what, as licensing told it and as the ledger copied it."""
        said = await self.pools["licensing"].fetch(
            "SELECT account_id, product, sources::text, until FROM entitlement"
        )
        copied = await self.pools["credit_ledger"].fetch(
            "SELECT account, product, sources::text, until FROM entitlement"
        )
        return {tuple(row) for row in said}, {tuple(row) for row in copied}

    async def nodes(self) -> tuple[set[Any], set[Any]]:
        """Which nodes work for whom, as membership says and as the ledger copied it."""
        said = await self.pools["membership"].fetch(
            "SELECT organization_id, node, withdrawn_at FROM enrolment"
        )
        copied = await self.pools["credit_ledger"].fetch(
            "SELECT organization, node, withdrawn_at FROM enrolment"
        )
        return {tuple(row) for row in said}, {tuple(row) for row in copied}

    async def personal_credits(self) -> tuple[set[Any], set[Any]]:
        """Who has credits of his own, as the ledger has them and as membership copied it.

        An Administrator has none but his pool, whatever was known of him before (A11).
        """
        said = await self.pools["credit_ledger"].fetch(
            "SELECT owner FROM wallet WHERE kind = 'ACCOUNT' AND (free > 0 OR held > 0)"
        )
        copied = await self.pools["membership"].fetch(
            """
            SELECT account_id FROM personal_credits
            WHERE active AND account_id NOT IN (SELECT administrator_id FROM organization)
            """
        )
        return {tuple(row) for row in said}, {tuple(row) for row in copied}

    async def licenses(self) -> tuple[set[Any], set[Any]]:
        """Who holds which license, as licensing says and as membership copied it."""
        said = await self.pools["licensing"].fetch(
            "SELECT id, account_id, kind, state = 'EXPIRED', organization_id FROM license"
        )
        copied = await self.pools["membership"].fetch(
            "SELECT id, account_id, kind, expired, organization_id FROM held_license"
        )
        return {tuple(row) for row in said}, {tuple(row) for row in copied}


async def _differences(rows: Callable[[], Awaitable[tuple[set[Any], set[Any]]]]) -> set[Any]:
    said, copied = await rows()
    return said ^ copied


@asynccontextmanager
async def all_three(stack: Stack) -> AsyncIterator[Services]:
    """Membership, licensing and the ledger, until the block ends."""
    async with AsyncExitStack() as opened:
        processes = {
            name: await opened.enter_async_context(running(stack, name)) for name in OWNERS_OF
        }
        pools = {
            name: await opened.enter_async_context(await open_pool(stack.database_urls[name]))
            for name in OWNERS_OF
        }
        yield Services(stack, processes, pools)

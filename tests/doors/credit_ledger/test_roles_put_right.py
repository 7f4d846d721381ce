"""Roles that differ from what membership says are put right one by one, under the lock alone."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from services.credit_ledger.engine.group_commit import Engine
from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.reactions.roles import put_right
from services.credit_ledger.rules.acts import Act
from shared.contracts.snapshots import KnownMember, KnownOrganization
from shared.messaging.inbox import act
from shared.postgres.pool import PASSING, open_pool
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization
from tests.ledger.engines import running_engine

ROLES = """
SELECT person, role FROM access INNER JOIN wallet ON wallet.id = access.wallet
WHERE role <> 'REMOVED' AND kind = 'ORGANIZATION'
"""


@pytest.fixture
async def larkspur(desk: Desk) -> Larkspur:
    return await an_organization(desk)


def known(desk: Desk, administrator: UUID, *members: UUID) -> KnownOrganization:
    """An organization as membership would tell of it."""
    now = desk.clock.now()
    return KnownOrganization(
        administrator_id=administrator,
        state="ACTIVE",
        activated_at=now,
        members=tuple(KnownMember(account_id=one, role="MEMBER", added_at=now) for one in members),
    )


async def roles(desk: Desk) -> dict[UUID, str]:
    rows = await desk.connection.fetch(ROLES)
    return {row["person"]: row["role"] for row in rows}


async def test_R15_R16_roles_are_put_right_and_each_is_told(
    database: LedgerDatabase, desk: Desk, larkspur: Larkspur
) -> None:
    with capture_logs() as logs:
        assert await right(database, desk, larkspur.id, known(desk, larkspur.ana, larkspur.ben))

    assert await roles(desk) == {larkspur.ana: "ADMINISTRATOR", larkspur.ben: "MEMBER"}
    [told] = [line for line in logs if line["event"].startswith("role_")]
    assert (told["event"], told["log_level"]) == ("role_put_right", "warning")


async def test_a_role_that_cannot_be_put_right_is_an_error_in_the_log(
    database: LedgerDatabase, desk: Desk, larkspur: Larkspur
) -> None:
    # Nobody administers the pool, and whoever should has another: it does not open once more.
    async with database.as_owner() as connection:
        await connection.execute(
            "UPDATE access SET role = 'MEMBER' WHERE person = $1", larkspur.ana
        )
    members = (larkspur.ana, larkspur.ben)

    with capture_logs() as logs:
        assert await right(database, desk, larkspur.id, known(desk, larkspur.dan, *members))

    [told, *_] = [line for line in logs if line["event"].startswith("role_")]
    assert (told["event"], told["log_level"]) == ("role_stays_wrong", "error")
    assert (told["refused"], told["organization"]) == ("administrator_exists", str(larkspur.id))


async def test_nothing_is_put_right_once_the_lock_on_what_was_heard_is_gone(
    database: LedgerDatabase, desk: Desk, larkspur: Larkspur, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted: list[Act] = []
    sessions: list[int] = []
    decided = Engine.submit

    async def and_cut(engine: Engine, acts: Sequence[Act]) -> list[Outcome]:
        """Decide, while the session that holds the lock is ended as idle."""
        submitted.extend(acts)
        outcomes = await decided(engine, acts)
        await desk.connection.execute("SELECT pg_terminate_backend($1)", sessions[0])
        return outcomes

    monkeypatch.setattr(Engine, "submit", and_cut)

    assert not await right(database, desk, larkspur.id, known(desk, larkspur.ana), sessions)

    assert len(submitted) == 1
    assert len(await roles(desk)) == 2


async def right(
    database: LedgerDatabase,
    desk: Desk,
    organization: UUID,
    said: KnownOrganization,
    sessions: list[int] | None = None,
) -> bool:
    """Put roles right as a rebuild does, and tell whether its transaction came to its end."""
    async with (
        await open_pool(database.service_url) as pool,
        running_engine(database, clock=desk.clock) as engine,
    ):
        try:
            async with act(pool, desk.clock) as change:
                if sessions is not None:
                    session = await change.connection.fetchval("SELECT pg_backend_pid()")
                    sessions.append(session)
                await put_right(change, engine, organization, said)
        except PASSING:
            return False
    return True

"""What was asked of checkouts is marked, and forgotten after its time, a few at once."""

from uuid import UUID

from shared.messaging.inbox import Change
from shared.postgres.pool import Connection

FORGOTTEN_AT_ONCE = 1_000


async def remember(change: Change, content: bytes) -> None:
    """Remember a verdict on a checkout as one, whatever it says."""
    assert change.verdict is not None
    await change.connection.execute(
        """
        INSERT INTO inbox (command, content, verdict, decided_at, of_checkouts)
        VALUES ($1, $2, $3, $4, TRUE)
        """,
        change.asked.id,
        content,
        change.verdict.model_dump(mode="json", exclude_none=True),
        change.now,
    )


async def forget_checkouts(connection: Connection, before: UUID) -> bool:
    """Forget some verdicts on checkouts with earlier ids; tells whether more may be left.

    The function of the database passes over all others whatever it is given, and the service has no
    right of its own to delete any.
    """
    forgotten: int = await connection.fetchval(
        "SELECT forget_checkouts($1, $2)", before, FORGOTTEN_AT_ONCE
    )
    return forgotten == FORGOTTEN_AT_ONCE

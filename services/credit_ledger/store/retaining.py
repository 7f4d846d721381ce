"""What is forgotten after its time: refusals, oldest first and a few at once."""

from datetime import datetime

from shared.postgres.pool import Connection

FORGOTTEN_AT_ONCE = 1_000


async def forget_refusals(connection: Connection, before: datetime) -> bool:
    """Forget some refusals decided before a time; tells whether more may be left.

    Accepted verdicts live as long as the journal. The function of the database passes over them
    whatever it is given, and the service has no right of its own to delete any.
    """
    forgotten: int = await connection.fetchval(
        "SELECT forget_refusals($1, $2)", before, FORGOTTEN_AT_ONCE
    )
    return forgotten == FORGOTTEN_AT_ONCE

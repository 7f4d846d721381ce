"""Which of many sessions still stand, asked at once for all open streams."""

from collections.abc import Iterable
from datetime import datetime

from shared.postgres.pool import Connection


async def alive(
    connection: Connection, sessions: Iterable[bytes], *, now: datetime, seen_after: datetime
) -> set[bytes]:
    """Those of the sessions that nobody ended, and that have neither run out nor lain idle."""
    rows = await connection.fetch(
        """
        SELECT token_hash
        FROM session
        WHERE token_hash = ANY($1::bytea []) AND ends_at > $2 AND seen_at > $3
        """,
        list(sessions),
        now,
        seen_after,
    )
    return {row["token_hash"] for row in rows}

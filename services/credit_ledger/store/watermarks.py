"""How far other services have spoken: what one worker heard is for all of them to know."""

from dataclasses import dataclass
from datetime import datetime

from shared.postgres.pool import Connection


@dataclass(frozen=True)
class HeardWatermark:
    """The newest watermark of a service, and how many seconds ago somebody heard one."""

    service: str
    at: datetime
    seconds_ago: float


async def keep(connection: Connection, service: str, at: datetime) -> None:
    await connection.execute(
        """
        INSERT INTO watermark_heard (service, at, heard_at) VALUES ($1, $2, clock_timestamp())
        ON CONFLICT (service) DO UPDATE
        SET at = greatest(watermark_heard.at, excluded.at), heard_at = excluded.heard_at
        """,
        service,
        at,
    )


async def newest(connection: Connection) -> tuple[HeardWatermark, ...]:
    rows = await connection.fetch(
        """
        SELECT service, at,
            extract(EPOCH FROM clock_timestamp() - heard_at)::double precision AS seconds_ago
        FROM watermark_heard
        """
    )
    return tuple(HeardWatermark(**row) for row in rows)

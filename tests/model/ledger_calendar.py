"""When a quota's period begins anew, in zones whose clocks never skip midnight."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def renewal(period: str, zone: str, now: datetime) -> datetime:
    """The next local midnight, of a Monday or of a first where the period says so (A7)."""
    clocks = ZoneInfo(zone)
    day = now.astimezone(clocks).date() + timedelta(days=1)
    while (period == "week" and day.weekday() != 0) or (period == "month" and day.day != 1):
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=clocks).astimezone(UTC)

"""The ops screen as its page shows it: numbers in words, five minutes as lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.portal.format import Format
from services.portal.live.ops.health import SHARDS, Pulse
from services.portal.live.ops.screen import Screen
from services.portal.live.ops.traffic import AUTHORIZED, CAPTURED, REFUSED
from shared.messaging import topology
from shared.messaging.depths import Depth

WIDTH = 120.0
HEIGHT = 24.0
WHOLE_FROM = 100
SERVICE_WORDS = {
    topology.MEMBERSHIP: "Membership",
    topology.LICENSING: "Licensing",
    topology.CREDIT_LEDGER: "Ledger",
}
KIND_WORDS = {
    "refused": "Refused",
    "credits.granted": "Credits granted",
    "credits.expired": "Credits expired",
    "credits.returned": "Credits returned",
    "credits.clawed_back": "Credits clawed back",
    "credits.adjusted": "Credits adjusted",
    "debt.raised": "Debt arose",
    "debt.repaid": "Debt repaid",
    "access.changed": "Access changed",
    "quota.reached": "Quota nearly used",
    "pool.ran_low": "Pool ran low",
    "request.made": "Somebody asks for more",
    "hold.expired": "Hold ran out without a heartbeat",
    "member.added": "Person added",
    "member.removed": "Person removed",
    "organization.activated": "Organization set up",
    "organization.lapsed": "Organization lapsed",
    "setup.requested": "Set-up requested",
    "license.activated": "License active",
    "seat.assigned": "Seat assigned",
    "seat.revoked": "Seat taken back",
    "order.withheld": "Paid order withheld",
}


@dataclass(frozen=True)
class Gauge:
    """One number with its last five minutes."""

    name: str
    word: str
    shown: str
    top: str
    points: str


@dataclass(frozen=True)
class Refusals:
    """One code: how often in five minutes, and its share of the most frequent one in percent."""

    code: str
    count: int
    share: float


@dataclass(frozen=True)
class ServiceSeen:
    """One service in words."""

    word: str
    state: str
    told: str


@dataclass(frozen=True)
class QueueSeen:
    """One queue: what waits, and whether anybody takes from it."""

    name: str
    waiting: int
    consumers: int

    @property
    def is_left_alone(self) -> bool:
        return self.consumers == 0 and self.name != topology.DEAD


def gauges_of(screen: Screen, now: datetime, reading: Format) -> list[Gauge]:
    second = int(now.timestamp())
    traffic = screen.traffic
    rates = [
        _rate(name, word, traffic.rate(name, second), traffic.series(name, second), reading)
        for name, word in (
            (AUTHORIZED, "Authorized a second"),
            (CAPTURED, "Captured a second"),
            (REFUSED, "Refused a second"),
        )
    ]
    holds = traffic.holds_over_time(second)
    shown = reading.number(len(traffic.holds))
    return [*rates, Gauge("holds", "Holds open", shown, _number(max(holds), reading), line(holds))]


def refusals_of(screen: Screen, now: datetime) -> list[Refusals]:
    counted = screen.traffic.refusals(int(now.timestamp()))
    most = max((count for _, count in counted), default=0)
    return [Refusals(code, count, round(100 * count / most, 2)) for code, count in counted]


def services_of(screen: Screen) -> list[ServiceSeen]:
    return [
        ServiceSeen(SERVICE_WORDS[name], pulse.state, _told(pulse))
        for name, pulse in screen.health.pulses.items()
        if name in SERVICE_WORDS
    ]


def queues_of(screen: Screen) -> list[QueueSeen]:
    """The queues that matter, the dead first, then those in which most waits."""
    known = screen.health.queues
    seen = [QueueSeen(name, *depth) for name, depth in known.items() if name != topology.DEAD]
    seen.sort(key=lambda queue: (-queue.waiting, queue.name != SHARDS, queue.name))
    dead: Depth | None = known.get(topology.DEAD)
    return ([QueueSeen(topology.DEAD, *dead)] if dead else []) + seen


def behind_seconds(screen: Screen, now: datetime) -> float | None:
    """How old the last fact is that was heard; watermarks come every second."""
    if screen.heard_at is None:
        return None
    return max(0.0, (now - screen.heard_at.astimezone(UTC)).total_seconds())


def line(values: Sequence[float]) -> str:
    """The points of a line from zero to the highest value."""
    top = max([*values, 1.0])
    step = WIDTH / max(1, len(values) - 1)
    return " ".join(
        f"{number * step:.1f},{HEIGHT - 1 - (HEIGHT - 2) * value / top:.1f}"
        for number, value in enumerate(values)
    )


def _rate(name: str, word: str, rate: float, series: Sequence[float], reading: Format) -> Gauge:
    return Gauge(name, word, _number(rate, reading), _number(max(series), reading), line(series))


def _number(value: float, reading: Format) -> str:
    """Whole where it is large; one place where a whole number would hide what there is."""
    if value >= WHOLE_FROM or value == int(value):
        return reading.number(round(value))
    return reading.credits(f"{value:.1f}", places=1)


def _told(pulse: Pulse) -> str:
    silent = pulse.silent_seconds()
    parts = []
    if pulse.state == "unknown":
        return "not heard yet"
    if pulse.is_answering is False:
        parts.append("does not answer")
    elif pulse.answered_milliseconds is not None:
        parts.append(f"answers in {pulse.answered_milliseconds:.0f} ms")
    if silent is not None and pulse.state == "silent":
        parts.append(f"last heard {silent:.0f} s ago")
    elif pulse.lag_seconds is not None:
        parts.append(f"relay lag {pulse.lag_seconds:.1f} s")
    if pulse.copy_seconds is not None:
        parts.append(f"copy {pulse.copy_seconds:.1f} s behind")
    return ", ".join(parts)

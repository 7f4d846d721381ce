"""Whether the services live: how long they take to answer, how far behind they speak and hear."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

import orjson

from services.portal.rooms import Rooms
from services.portal.viewer import Viewer
from shared.contracts.copies import (
    CopyState,
    ShowCopy,
    ShowCreditLedgerCopy,
    ShowLicensingCopy,
    ShowMembershipCopy,
)
from shared.messaging import topology
from shared.messaging.ask import NoAnswer
from shared.messaging.depths import Depth, depths

ASKED: Mapping[str, ShowCopy] = {
    topology.MEMBERSHIP: ShowMembershipCopy(),
    topology.LICENSING: ShowLicensingCopy(),
    topology.CREDIT_LEDGER: ShowCreditLedgerCopy(),
}
SILENT_SECONDS = 5.0
LAG_WARNED_SECONDS = 2.0
COPY_WARNED_SECONDS = 10.0
SHARDS = "ledger.shards"
STAFF = Viewer(UUID(int=0), "", "Ops", "", is_staff=True)


@dataclass
class Pulse:
    """One service: when it was last heard, how late its facts came, how fast it answers."""

    heard: float | None = None
    lag_seconds: float | None = None
    answered_milliseconds: float | None = None
    is_answering: bool | None = None
    copy_seconds: float | None = None

    def silent_seconds(self) -> float | None:
        return None if self.heard is None else monotonic() - self.heard

    @property
    def state(self) -> str:
        """One of ok, late, silent, unknown."""
        silent = self.silent_seconds()
        if silent is None and self.is_answering is None:
            return "unknown"
        if self.is_answering is False or (silent is not None and silent > SILENT_SECONDS):
            return "silent"
        is_late = (self.lag_seconds or 0) > LAG_WARNED_SECONDS
        return "late" if is_late or (self.copy_seconds or 0) > COPY_WARNED_SECONDS else "ok"


@dataclass
class Health:
    """All services, and what waits in the queues."""

    pulses: dict[str, Pulse] = field(default_factory=lambda: {name: Pulse() for name in ASKED})
    queues: dict[str, Depth] = field(default_factory=dict)
    measured_at: datetime | None = None

    def take_watermark(self, service: str, *, said_at: datetime, until: datetime) -> None:
        """Note that a service told how far it has published."""
        pulse = self.pulses.setdefault(service, Pulse())
        pulse.heard = monotonic()
        pulse.lag_seconds = max(0.0, (said_at - until).total_seconds())

    @property
    def dead(self) -> int | None:
        depth = self.queues.get(topology.DEAD)
        return None if depth is None else depth.messages

    async def measure(self, rooms: Rooms) -> None:
        """Ask every service and every queue, at once."""
        asked = (self._ask(rooms, service) for service in ASKED)
        await asyncio.gather(self._count(rooms), *asked)
        self.measured_at = rooms.clock.now()

    async def _ask(self, rooms: Rooms, service: str) -> None:
        """Time an answer; a refusal is one as well."""
        pulse = self.pulses[service]
        began = monotonic()
        try:
            verdict = await rooms.asking.verdict(rooms.asking.command(ASKED[service], viewer=STAFF))
        except NoAnswer:
            pulse.is_answering = False
            return
        pulse.is_answering = True
        pulse.answered_milliseconds = (monotonic() - began) * 1_000
        if verdict.result is not None:
            pulse.copy_seconds = _furthest_behind(verdict.result)

    async def _count(self, rooms: Rooms) -> None:
        names = [queue.name for queue in topology.QUEUES if queue.name != topology.STREAM]
        counted = await depths(rooms.running.settings.amqp_url, names)
        shards = [counted.pop(topology.shard(number), None) for number in range(topology.SHARDS)]
        known = [shard for shard in shards if shard is not None]
        if known:
            counted[SHARDS] = Depth(
                sum(shard.messages for shard in known), min(shard.consumers for shard in known)
            )
        self.queues = counted


def _furthest_behind(result: Mapping[str, Any]) -> float | None:
    state = CopyState.model_validate_json(orjson.dumps(result))
    known = [one.behind_seconds for one in state.sources if one.behind_seconds is not None]
    return max(known, default=None)

"""Asking the owner of a copy: a question at a time, and quiet while it does not answer."""

import asyncio
from dataclasses import dataclass
from typing import Any

import structlog

from shared.contracts.catalogue import COMMAND_BY_TYPE
from shared.contracts.message import CommandData
from shared.copies.keeping import Copy
from shared.messaging.ask import Asker, NoAnswer
from shared.messaging.publisher import NotConfirmed
from shared.service import Running

ANSWER_SECONDS = 5.0
QUIET_FIRST_SECONDS = 1.0
QUIET_MAX_SECONDS = 30.0

log = structlog.get_logger()


@dataclass
class Questions:
    """The questions of one errand to the owner of a copy."""

    running: Running
    asker: Asker
    copy: Copy
    quiet_seconds: float = QUIET_FIRST_SECONDS

    async def ask(self, data: CommandData) -> dict[str, Any] | None:
        """Ask one question; nothing when it was not answered: then `be_quiet`."""
        question = COMMAND_BY_TYPE[data.TYPE](
            id=self.running.clock.new_id(),
            type=data.TYPE,
            actor=self.asker.user,
            sent_at=self.running.clock.now(),
            data=data,
        )
        try:
            verdict = await self.asker.ask(question, answer_seconds=ANSWER_SECONDS)
        except (NoAnswer, NotConfirmed) as error:
            self._tell(repr(error))
            return None
        if verdict.refused is not None:
            self._tell(verdict.refused.code)
            return None
        self.quiet_seconds = QUIET_FIRST_SECONDS
        return dict(verdict.result or {})

    async def be_quiet(self) -> None:
        """Wait until the owner speaks, or for a while that doubles each time."""
        self.copy.spoke.clear()
        waits = [
            asyncio.ensure_future(self.copy.spoke.wait()),
            asyncio.ensure_future(self.running.stopping.wait()),
        ]
        try:
            await asyncio.wait(
                waits, timeout=self.quiet_seconds, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for wait in waits:
                wait.cancel()
        self.quiet_seconds = min(self.quiet_seconds * 2, QUIET_MAX_SECONDS)

    def _tell(self, reason: str) -> None:
        """Say it once for as long as it lasts."""
        if self.quiet_seconds == QUIET_FIRST_SECONDS:
            log.warning("owner_does_not_answer", owner=self.copy.keeping.owner.service, why=reason)

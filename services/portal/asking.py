"""How the portal asks the services: as the people it speaks for, or as the vendor's staff."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import orjson

from services.portal.settings import PortalSettings
from services.portal.viewer import Viewer
from shared.clock import Clock
from shared.contracts.catalogue import COMMAND_BY_TYPE, OF_OPERATORS
from shared.contracts.message import Command, CommandData, Contract, Refused, Verdict
from shared.messaging.ask import ANSWER_SECONDS, Asker, NoAnswer, asker
from shared.messaging.publisher import NotConfirmed
from shared.service import Running

Answer = TypeVar("Answer", bound=Contract)


class RefusedError(Exception):
    """A question was not answered or a command not done, and the service said why."""

    def __init__(self, refused: Refused) -> None:
        """Carry the refusal for the page that explains it."""
        super().__init__(f"{refused.code}: {refused.message}")
        self.refused = refused


@dataclass(frozen=True)
class Asking:
    """Two voices: `people` for whoever signed in, `staff` for what only operators may do."""

    people: Asker
    staff: Asker | None
    clock: Clock

    async def verdict(self, command: Command[Any]) -> Verdict:
        """Ask what is written down already; raises NoAnswer, after which the same may be asked."""
        asks = self.people if self.staff is None or command.actor != self.staff.user else self.staff
        try:
            return await asks.ask(command, answer_seconds=ANSWER_SECONDS)
        except NotConfirmed as error:
            raise NoAnswer(str(error)) from error

    async def ask(
        self,
        data: CommandData,
        *,
        viewer: Viewer | None = None,
        owner: UUID | None = None,
        id: UUID | None = None,
        behalf: UUID | None = None,
    ) -> dict[str, Any]:
        """Ask and hand back what was answered; raises RefusedError, and NoAnswer.

        `behalf` is for staff who look at what only somebody else is shown.
        """
        verdict = await self.verdict(
            self.command(data, viewer=viewer, owner=owner, id=id, behalf=behalf)
        )
        if verdict.refused is not None:
            raise RefusedError(verdict.refused)
        return dict(verdict.result or {})

    async def show(
        self,
        data: CommandData,
        answer: type[Answer],
        *,
        viewer: Viewer | None = None,
        owner: UUID | None = None,
        behalf: UUID | None = None,
    ) -> Answer:
        """Ask a question and read the contract of its answer."""
        result = await self.ask(data, viewer=viewer, owner=owner, behalf=behalf)
        return answer.model_validate_json(orjson.dumps(result))

    def command(
        self,
        data: CommandData,
        *,
        viewer: Viewer | None = None,
        owner: UUID | None = None,
        id: UUID | None = None,
        behalf: UUID | None = None,
    ) -> Command[Any]:
        """Put data in its envelope; what is for operators alone is said in the staff's name."""
        account = None if viewer is None else viewer.account_id
        command: Command[Any] = COMMAND_BY_TYPE[data.TYPE](
            id=id or self.clock.new_id(),
            type=data.TYPE,
            actor=self._voice(data, viewer).user,
            on_behalf_of=behalf or account,
            owner=owner,
            sent_at=self.clock.now(),
            data=data,
        )
        return command

    def _voice(self, data: CommandData, viewer: Viewer | None) -> Asker:
        is_theirs = viewer is not None and viewer.is_staff and type(data) in OF_OPERATORS
        return self.staff if is_theirs and self.staff is not None else self.people


@asynccontextmanager
async def open_asking(running: Running, settings: PortalSettings) -> AsyncIterator[Asking]:
    """Open both voices; without an operator's address staff acts are refused by the services."""
    async with AsyncExitStack() as stack:
        people = await stack.enter_async_context(asker(running.settings.amqp_url))
        staff = None
        if settings.operator_amqp_url:
            staff = await stack.enter_async_context(asker(settings.operator_amqp_url))
        yield Asking(people, staff, running.clock)

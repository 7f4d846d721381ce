"""Sends opening balances to the ledger as its operator, a hundred at a time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal, get_args
from uuid import UUID

from deploy.operator.importing.reading import Balance, Row, Wrong
from shared.clock import Clock
from shared.contracts.catalogue import COMMAND_BY_TYPE
from shared.contracts.credit_orders import ImportBalance
from shared.contracts.message import Command, CommandData, Refused, Verdict
from shared.messaging.ask import Asker, NoAnswer, asker

TOGETHER = 100
TRIES = 5
Outcome = Literal["imported", "already there", "refused", "unanswered"]
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)


@dataclass(frozen=True)
class Sent:
    """What became of a row: a lot, a refusal, or no answer, after which it may be sent again."""

    row: Row
    result: dict[str, object] | None = None
    wrong: Wrong | None = None

    @property
    def outcome(self) -> Outcome:
        """What became of it in one word; a reference that was there already brings nothing in."""
        if self.wrong is not None:
            return "refused"
        if self.result is None:
            return "unanswered"
        return "already there" if self.result.get("repeated") else "imported"


async def send(amqp_url: str, rows: Sequence[Row], operator: UUID | None) -> AsyncIterator[Sent]:
    """Send every row that can be read; gives what became of each, in the order of the file."""
    clock = Clock()
    async with asker(amqp_url) as asks:
        sending = Sending(asks, clock, operator)
        for at in range(0, len(rows), TOGETHER):
            for sent in await asyncio.gather(*map(sending.one, rows[at : at + TOGETHER])):
                yield sent


@dataclass(frozen=True)
class Sending:
    """One operator's sending."""

    asks: Asker
    clock: Clock
    operator: UUID | None

    async def one(self, row: Row) -> Sent:
        """Send one row until it is answered; the same id again changes nothing."""
        if isinstance(row.read, Wrong):
            return Sent(row, wrong=row.read)
        command = self._command(row.read)
        for _ in range(TRIES):
            with suppress(NoAnswer):
                return _sent(row, await self.asks.ask(command))
        return Sent(row)

    def _command(self, balance: Balance) -> Command[CommandData]:
        fields = balance.model_dump(exclude={"owner"})
        command: Command[CommandData] = COMMAND_BY_TYPE[ImportBalance.TYPE](
            id=self.clock.new_id(),
            type=ImportBalance.TYPE,
            actor=self.asks.user,
            on_behalf_of=self.operator,
            owner=balance.owner,
            sent_at=self.clock.now(),
            data=ImportBalance.model_construct(**fields),
        )
        return command


def _sent(row: Row, verdict: Verdict) -> Sent:
    refused: Refused | None = verdict.refused
    if refused is not None:
        return Sent(row, wrong=Wrong(refused.code, refused.message))
    return Sent(row, result=dict(verdict.result or {}))

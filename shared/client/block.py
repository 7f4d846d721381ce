"""Blocks of credits taken in advance: spent without asking, through any outage, never beyond."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from types import TracebackType
from typing import Self
from uuid import UUID

import structlog

from shared.client.arguments import amount_of, seconds_of
from shared.client.courier import Courier
from shared.client.hold import Extended, answer, result_of
from shared.client.journal import BlockNote
from shared.client.letters import Letter, Sender
from shared.client.refused import BlockOver, BlockSpent, HoldRefused, NoVerdict
from shared.client.wire import VerdictJson
from shared.clock import Clock
from shared.contracts.money import format_credits, parse_credits
from shared.contracts.refusals import RefusalCode
from shared.contracts.work import Work

BLOCK_SECONDS = 7 * 86_400
ENDED = {RefusalCode.HOLD_NOT_OPEN, RefusalCode.HOLD_EXPIRED}

log = structlog.get_logger()


@dataclass(frozen=True)
class Returned:
    """How a block ended, in credits: spent of it, come back to the pool, and parts that were
    refused because the lease had ended too long ago or somebody gave the hold back.
    """

    spent: str
    returned: str
    refused: tuple[HoldRefused, ...]


@dataclass(kw_only=True)
class Block:
    """Credits a node works on while the broker is away; `close` returns the rest.

    They are held in the pool from the beginning, so whatever happens to node, broker or ledger,
    nothing is spent that was not set aside (R51, R53).
    """

    courier: Courier
    sender: Sender
    note: BlockNote
    verdict_seconds: float
    clock: Clock = field(default_factory=Clock)
    refused: list[HoldRefused] = field(default_factory=list)
    _under_way: "set[asyncio.Future[dict[str, VerdictJson]]]" = field(default_factory=set)

    @property
    def id(self) -> UUID:
        """The hold's id."""
        return UUID(self.note.letter.id)

    @property
    def amount(self) -> str:
        """What was taken in all, in credits."""
        return format_credits(self.note.amount)

    @property
    def left(self) -> str:
        """What can still be spent, in credits."""
        return format_credits(self.note.amount - self.note.spent)

    @property
    def is_over(self) -> bool:
        """Whether nothing more can be spent: given back, past its lease, or refused a part."""
        has_ended = self.note.closing is not None or self.clock.now() >= self.note.until
        return has_ended or bool(self.refused)

    def spend(self, amount: Decimal | str, *, work: Work | None = None) -> str:
        """Take `amount` credits of the block before the work is done; gives what is left.

        It is on the disk when this returns and nothing is waited for: the charge goes out when
        there is a connection, under one id however often. `work` says which frames it is and where.
        Raises InvalidArgument, BlockSpent when the block does not cover it, BlockOver, and
        TooMuchWaiting when an outage lasts too long; then nothing was spent.
        """
        written = amount_of("amount", amount)
        microcredits = parse_credits(written)
        if self.is_over:
            raise BlockOver
        if microcredits > self.note.amount - self.note.spent:
            raise BlockSpent(self.left)
        letter = self.sender.capture(
            str(self.clock.new_id()),
            owner=self.note.letter.owner,
            account=self.note.account,
            hold=self.note.letter.id,
            amount=written,
            final=False,
            work=work,
        )
        charged = self.courier.spend(letter, self.note, microcredits)
        self._under_way.add(charged)
        charged.add_done_callback(lambda answered: self._hear(letter, answered))
        return self.left

    async def extend(
        self, amount: Decimal | str = "0", *, lease_seconds: int = BLOCK_SECONDS
    ) -> Extended:
        """Take `amount` more, and have the lease run `lease_seconds` from now; needs a connection.

        Raises InvalidArgument, BlockOver, HoldRefused as `Hold.extend` does, NoVerdict.
        """
        if self.is_over:
            raise BlockOver
        until = self.clock.now() + timedelta(seconds=seconds_of("lease_seconds", lease_seconds))
        letter = self.sender.extend(
            str(self.clock.new_id()),
            owner=self.note.letter.owner,
            account=self.note.account,
            hold=self.note.letter.id,
            amount=amount_of("amount", amount, or_zero=True),
            lease_seconds=lease_seconds,
            metered=None,
        )
        result = await answer(self.courier, letter, self.verdict_seconds)
        extended = Extended(amount=str(result["amount"]), available=str(result["available"]))
        self.note.amount += parse_credits(extended.amount)
        self.note.until = max(self.note.until, until)
        self.courier.note_block(self.note)
        return extended

    async def close(self) -> Returned:
        """Have every part charged and the rest returned to the pool; close again after NoVerdict.

        While the broker is away nothing is lost by giving up here: `Client.resume` goes on after a
        restart, and the lease ends the block in the end (T28, T29). Raises NoVerdict.
        """
        await self._settled()
        if self.note.closing is None:
            self.note.closing = str(self.clock.new_id())
            self.courier.note_block(self.note)
        letter = self.sender.void(
            self.note.closing,
            owner=self.note.letter.owner,
            account=self.note.account,
            hold=self.note.letter.id,
        )
        try:
            result = await answer(self.courier, letter, self.verdict_seconds)
            returned = str(result["released"])
        except HoldRefused as error:
            if error.code not in ENDED:
                raise
            returned = "0"
        self.courier.forget_block(self.note)
        return Returned(format_credits(self.note.spent), returned, tuple(self.refused))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close; if that fails while another failure is on its way, it is only logged."""
        try:
            await self.close()
        except NoVerdict as lost:
            if error is None:
                raise
            log.warning("block_left_to_its_journal", block=str(self.id), reason=str(lost))

    async def _settled(self) -> None:
        """Wait for the verdicts of all that was spent."""
        if not self._under_way:
            return
        _, waiting = await asyncio.wait(self._under_way, timeout=self.verdict_seconds)
        if waiting:
            raise NoVerdict(self.id, self.verdict_seconds)

    def _hear(self, letter: Letter, answered: "asyncio.Future[dict[str, VerdictJson]]") -> None:
        self._under_way.discard(answered)
        if answered.cancelled():
            return
        try:
            result_of(answered.result()[letter.id])
        except HoldRefused as error:
            self.refused.append(error)
            log.warning("block_was_refused_a_part", block=str(self.id), code=error.code.value)

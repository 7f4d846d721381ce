"""The Python client for render nodes: hold credits before work, capture them after it.

async with connect(amqp_url, node="rn-01", journal=Path("rn-01.journal")) as client:
    async with client.hold(owner=pool, account=person, amount="12.5", job="J1") as hold:
        for number in range(1, 10):
            await render(number)
            await hold.capture("1", final=False, work=Work(frame_first=number, frame_last=number))
            await hold.heartbeat()

    async with await client.lease(owner=pool, account=person, amount="100") as block:
        block.spend("0.25")     # before each frame, with the broker or without it
        await render(10)
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import orjson

from shared.client.arguments import amount_of, node_of, uuid_of
from shared.client.asked import Asked, Usage
from shared.client.block import BLOCK_SECONDS, Block
from shared.client.courier import Courier, courier
from shared.client.hold import LEASE_SECONDS, Hold, answer, settle
from shared.client.journal import BlockNote
from shared.client.letters import Letter, Sender
from shared.client.refused import HoldRefused, InvalidArgument
from shared.client.wire import VerdictJson
from shared.clock import Clock
from shared.contracts.credits import LINES_MAX
from shared.contracts.message import Verdict
from shared.contracts.money import parse_credits
from shared.contracts.work import Work

VERDICT_SECONDS = 60.0


@dataclass(frozen=True)
class Resumed:
    """What was under way before a restart: verdicts by id, and blocks to go on with."""

    verdicts: dict[UUID, Verdict]
    blocks: list[Block]


class Client:
    """A render node's access to the ledger; one client serves any number of jobs at once."""

    def __init__(self, carries: Courier, *, node: str, verdict_seconds: float) -> None:
        """Use `connect`."""
        self.courier = carries
        self._sender = Sender(user=carries.wire.user, node=node)
        self._verdict_seconds = verdict_seconds
        self._clock = Clock()

    @asynccontextmanager
    async def hold(
        self,
        *,
        owner: UUID,
        account: UUID,
        amount: Decimal | str,
        job: str | None = None,
        max_credits: Decimal | str | None = None,
        work: Work | None = None,
        product: str | None = None,
        lease_seconds: int = LEASE_SECONDS,
    ) -> AsyncIterator[Hold]:
        """Set credits aside for a block of work; what is not captured in it comes free (T27).

        Arguments and errors are those of `authorize`. On leaving the block, also by an exception,
        a hold that is still open is voided. Were the node to die in it, the lease ends the hold
        `lease_seconds` after it was granted or last extended (T28).
        """
        held = await self.authorize(
            owner=owner,
            account=account,
            amount=amount,
            job=job,
            max_credits=max_credits,
            work=work,
            product=product,
            lease_seconds=lease_seconds,
        )
        has_failed = True
        try:
            yield held
            has_failed = False
        finally:
            if has_failed:
                await asyncio.shield(held.give_back())
        if held.is_open:
            await held.void()

    async def authorize(  # noqa: PLR0913  # the fields of the contract
        self,
        *,
        owner: UUID,
        account: UUID,
        amount: Decimal | str,
        job: str | None = None,
        max_credits: Decimal | str | None = None,
        work: Work | None = None,
        product: str | None = None,
        lease_seconds: int = LEASE_SECONDS,
        id: UUID | None = None,  # the contract's word
    ) -> Hold:
        """Set `amount` credits of the wallet `owner` aside for the person `account` (R51, R53).

        `amount` is a Decimal or decimal string of credits, at most six places ("12.5"); a float is
        refused. `max_credits` caps all that `job` ever holds and spends, `work` says what the hold
        is for. With a `product` the person has to be entitled to it now. `id` (UUIDv7, minted when
        absent) is the hold's: authorize again with it after NoVerdict. Raises InvalidArgument
        (nothing was sent), HoldRefused with `not_enrolled, credit_access_disabled,
        not_in_organization, no_entitlement, organization_in_debt, job_cap_exceeded,
        quota_exceeded, pool_insufficient`, NoVerdict.
        """
        asked = Asked(owner, account, amount, job, max_credits, work, lease_seconds, id, product)
        letter = asked.letter(self._sender)
        result = await answer(self.courier, letter, self._verdict_seconds)
        return Hold(
            courier=self.courier,
            sender=self._sender,
            id=UUID(letter.id),
            owner=letter.owner,
            account=str(account),
            amount=str(result["amount"]),
            available=str(result["available"]),
            verdict_seconds=self._verdict_seconds,
        )

    async def lease(  # noqa: PLR0913  # the fields of the contract
        self,
        *,
        owner: UUID,
        account: UUID,
        amount: Decimal | str,
        job: str | None = None,
        max_credits: Decimal | str | None = None,
        work: Work | None = None,
        product: str | None = None,
        lease_seconds: int = BLOCK_SECONDS,
        id: UUID | None = None,  # the contract's word
    ) -> Block:
        """Take a block of credits in advance, to work on while the broker is away.

        Arguments and errors are those of `authorize`; needs a client with a journal. The block is
        spent from without asking and gives back the rest when it is closed; after a crash `resume`
        finds it. Its lease has to outlast the longest outage: what is reported after it is late
        usage (T29).
        """
        if not self.courier.keeps_a_journal:
            raise InvalidArgument("journal", "a block needs one: connect(..., journal=...)")
        asked = Asked(owner, account, amount, job, max_credits, work, lease_seconds, id, product)
        letter = asked.letter(self._sender)
        until = self._clock.now() + timedelta(seconds=lease_seconds)
        taken = BlockNote(letter, str(account), parse_credits(amount_of("amount", amount)), until)
        note = self.courier.block(letter.id) or taken
        self.courier.note_block(note)
        return await self._granted(note)

    async def report_usage(self, owner: UUID, lines: Sequence[Usage]) -> list[Verdict]:
        """Charge work that had no hold to the wallet `owner`; one verdict a line, in their order.

        Any number of lines: they travel 1000 to a message, all messages at once. A line that is
        refused spoils no other (R51, R53); its verdict's `refused` says why, an accepted one's
        `result` is `{captured, available}` in credits. Raises InvalidArgument naming the line,
        NoVerdict when some line has no verdict in time: report the same lines again.
        """
        wallet = str(uuid_of("owner", owner))
        written = [line.line(number, self._sender.node) for number, line in enumerate(lines)]
        letters = [
            self._sender.usage(
                str(self._clock.new_id()), owner=wallet, lines=written[start : start + LINES_MAX]
            )
            for start in range(0, len(written), LINES_MAX)
        ]
        verdicts = await self._answers(letters)
        return [Verdict.model_validate_json(orjson.dumps(verdicts[str(line.id)])) for line in lines]

    async def resume(self) -> Resumed:
        """Send again what the journal holds from before a restart: its verdicts, and open blocks.

        A hold that was granted to work which is no longer done is voided by its lease (T28), or
        sooner by the caller. A block goes on where it was; one that was being given back is. Raises
        NoVerdict.
        """
        answered = await self._answers(self.courier.unsettled())
        verdicts = {
            UUID(one): Verdict.model_validate_json(orjson.dumps(verdict))
            for one, verdict in answered.items()
        }
        blocks = []
        for note in self.courier.blocks():
            if note.closing is not None:
                await self._block(note).close()
                continue
            with suppress(HoldRefused):
                blocks.append(await self._granted(note))
        return Resumed(verdicts, blocks)

    async def _granted(self, note: BlockNote) -> Block:
        """Ask for a block under its one id: the ledger grants it once and remembers that it did."""
        try:
            await answer(self.courier, note.letter, self._verdict_seconds)
        except HoldRefused:
            self.courier.forget_block(note)
            raise
        return self._block(note)

    def _block(self, note: BlockNote) -> Block:
        return Block(
            courier=self.courier,
            sender=self._sender,
            note=note,
            verdict_seconds=self._verdict_seconds,
        )

    async def _answers(self, letters: Sequence[Letter]) -> dict[str, VerdictJson]:
        answers = await asyncio.gather(
            *(settle(self.courier, letter, self._verdict_seconds) for letter in letters)
        )
        return {one: verdict for answered in answers for one, verdict in answered.items()}


@asynccontextmanager
async def connect(
    amqp_url: str,
    *,
    node: str,
    journal: Path | None = None,
    verdict_seconds: float = VERDICT_SECONDS,
) -> AsyncIterator[Client]:
    """Connect a render node to the broker.

    `node` is its name (letters, digits, hyphens); one with a broker user of its own, enrolled with
    `coffer node enrol`, is named as that user is. With a `journal` file every id is on disk before
    it is sent, so that `resume` settles after a restart what was under way. A verdict is waited
    for at most `verdict_seconds`; meanwhile the client connects and sends again by itself, with
    growing pauses. Raises InvalidArgument, and OSError, TimeoutError or AMQPError when the broker
    cannot be reached at the start.
    """
    name = node_of("node", node)
    async with courier(amqp_url, journal=journal) as carries:
        yield Client(carries, node=name, verdict_seconds=verdict_seconds)

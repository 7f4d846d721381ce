"""The Python client for render nodes: hold credits before work, capture them after it.

async with connect(amqp_url, node="rn-01") as client:
    async with client.hold(owner=pool, account=person, amount="12.5") as hold:
        await render()
        await hold.capture("11.75")
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import orjson

from shared.client.arguments import (
    amount_of,
    command_id_of,
    name_of,
    node_of,
    seconds_of,
    uuid_of,
)
from shared.client.courier import Courier, courier
from shared.client.hold import Hold, answer, settle
from shared.client.letters import Letter, Sender
from shared.client.wire import VerdictJson
from shared.clock import Clock
from shared.contracts.credits import LINES_MAX
from shared.contracts.message import Verdict

LEASE_SECONDS = 86_400
VERDICT_SECONDS = 60.0


@dataclass(frozen=True)
class Usage:
    """One measured piece of work, charged without a hold.

    `account` is the person who spends, `credits` what it costs (a Decimal or decimal string of
    credits, at most six places). `id` is minted once, here: report the same Usage again after a
    failure and it counts once.
    """

    account: UUID
    credits: Decimal | str
    job: str | None = None
    id: UUID = field(default_factory=lambda: Clock().new_id())


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
        lease_seconds: int = LEASE_SECONDS,
    ) -> AsyncIterator[Hold]:
        """Set credits aside for a block of work; what is not captured in it comes free (T27).

        Arguments and errors are those of `authorize`. On leaving the block, also by an exception,
        a hold that is still open is voided. Were the node to die in it, the lease ends the hold
        `lease_seconds` after it was granted (T28).
        """
        held = await self.authorize(
            owner=owner, account=account, amount=amount, job=job, lease_seconds=lease_seconds
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

    async def authorize(
        self,
        *,
        owner: UUID,
        account: UUID,
        amount: Decimal | str,
        job: str | None = None,
        lease_seconds: int = LEASE_SECONDS,
        id: UUID | None = None,  # the contract's word
    ) -> Hold:
        """Set `amount` credits of the wallet `owner` aside for the person `account` (R51, R53).

        `amount` is a Decimal or decimal string of credits, at most six places ("12.5"); a float is
        refused. `id` (UUIDv7, minted when absent) is the hold's: authorize again with it after
        NoVerdict. Raises InvalidArgument (nothing was sent), HoldRefused with
        `credit_access_disabled, not_in_organization, organization_in_debt, quota_exceeded,
        pool_insufficient`, NoVerdict.
        """
        hold_id = command_id_of("id", id or self._clock.new_id())
        letter = self._sender.authorize(
            str(hold_id),
            owner=str(uuid_of("owner", owner)),
            account=str(uuid_of("account", account)),
            amount=amount_of("amount", amount),
            lease_seconds=seconds_of("lease_seconds", lease_seconds),
            job=name_of("job", job),
        )
        result = await answer(self.courier, letter, self._verdict_seconds)
        return Hold(
            courier=self.courier,
            sender=self._sender,
            id=hold_id,
            owner=letter.owner,
            account=str(account),
            amount=str(result["amount"]),
            available=str(result["available"]),
            verdict_seconds=self._verdict_seconds,
        )

    async def report_usage(self, owner: UUID, lines: Sequence[Usage]) -> list[Verdict]:
        """Charge work that had no hold to the wallet `owner`; one verdict a line, in their order.

        Any number of lines: they travel 1000 to a message, all messages at once. A line that is
        refused spoils no other (R51, R53); its verdict's `refused` says why, an accepted one's
        `result` is `{captured, available}` in credits. Raises InvalidArgument naming the line,
        NoVerdict when some line has no verdict in time: report the same lines again.
        """
        wallet = str(uuid_of("owner", owner))
        written = [_line(number, line) for number, line in enumerate(lines)]
        letters = [
            self._sender.usage(
                str(self._clock.new_id()), owner=wallet, lines=written[start : start + LINES_MAX]
            )
            for start in range(0, len(written), LINES_MAX)
        ]
        verdicts = await self._answers(letters)
        return [Verdict.model_validate_json(orjson.dumps(verdicts[str(line.id)])) for line in lines]

    async def resume(self) -> dict[UUID, Verdict]:
        """Send again what the journal holds from before a restart, and return the verdicts by id.

        A hold that was granted to work which is no longer done is voided by its lease (T28), or
        sooner by the caller. Raises NoVerdict.
        """
        verdicts = await self._answers(self.courier.unsettled())
        return {
            UUID(one): Verdict.model_validate_json(orjson.dumps(verdict))
            for one, verdict in verdicts.items()
        }

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

    `node` is its name (letters, digits, hyphens). With a `journal` file every id is on disk before
    it is sent, so that `resume` settles after a restart what was under way. A verdict is waited
    for at most `verdict_seconds`; meanwhile the client connects and sends again by itself, with
    growing pauses. Raises InvalidArgument, and OSError, TimeoutError or AMQPError when the broker
    cannot be reached at the start.
    """
    name = node_of("node", node)
    async with courier(amqp_url, journal=journal) as carries:
        yield Client(carries, node=name, verdict_seconds=verdict_seconds)


def _line(number: int, line: Usage) -> dict[str, object]:
    place = f"lines[{number}]"
    written: dict[str, object] = {
        "id": str(command_id_of(f"{place}.id", line.id)),
        "account_id": str(uuid_of(f"{place}.account", line.account)),
        "credits": amount_of(f"{place}.credits", line.credits),
    }
    if line.job is not None:
        written["job"] = name_of(f"{place}.job", line.job)
    return written

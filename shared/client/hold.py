"""Credits set aside for one job, until they are captured or given back."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import orjson
import structlog

from shared.client.arguments import amount_of
from shared.client.courier import Courier
from shared.client.letters import Letter, Sender
from shared.client.refused import HoldRefused, NoVerdict
from shared.client.wire import VerdictJson
from shared.clock import Clock
from shared.contracts.message import Verdict

log = structlog.get_logger()


@dataclass(frozen=True)
class Captured:
    """What a capture did, in credits: charged, released, and left in the wallet."""

    captured: str
    released: str
    available: str


@dataclass(kw_only=True)
class Hold:
    """An open hold. `amount` is what was set aside, `available` what the wallet had left then."""

    courier: Courier
    sender: Sender
    id: UUID
    owner: str
    account: str
    amount: str
    available: str
    verdict_seconds: float
    is_open: bool = True

    async def capture(
        self,
        amount: Decimal | str,
        *,
        final: bool = True,
        id: UUID | None = None,
    ) -> Captured:
        """Charge `amount` credits of the hold (T27); `final` closes it and releases the rest.

        Zero credits need `final`. With `final=False` the hold stays open for another capture. `id`
        (UUIDv7, minted when absent) names this capture: use it again after NoVerdict. Raises
        InvalidArgument, HoldRefused with `unknown_hold, hold_not_open, hold_exceeded`, NoVerdict.
        """
        letter = self.sender.capture(
            str(id or Clock().new_id()),
            owner=self.owner,
            account=self.account,
            hold=str(self.id),
            amount=amount_of("amount", amount, or_zero=final),
            final=final,
        )
        result = await answer(self.courier, letter, self.verdict_seconds)
        self.is_open = not final
        return Captured(
            captured=str(result["captured"]),
            released=str(result["released"]),
            available=str(result["available"]),
        )

    async def void(self, *, id: UUID | None = None) -> None:
        """Give back all that is left of the hold (T27).

        Raises HoldRefused with `unknown_hold, hold_not_open`, NoVerdict.
        """
        letter = self.sender.void(
            str(id or Clock().new_id()),
            owner=self.owner,
            account=self.account,
            hold=str(self.id),
        )
        await answer(self.courier, letter, self.verdict_seconds)
        self.is_open = False

    async def give_back(self) -> None:
        """Void the hold if it is open, while another failure is on its way to the caller.

        Should this fail as well, it is logged; the lease ends the hold (T28).
        """
        if not self.is_open:
            return
        try:
            await self.void()
        except (HoldRefused, NoVerdict) as error:
            log.warning("hold_left_to_its_lease", hold=str(self.id), reason=str(error))


async def settle(
    courier: Courier, letter: Letter, verdict_seconds: float
) -> dict[str, VerdictJson]:
    """Send a letter and wait for the verdicts under its ids; raises NoVerdict past the time."""
    try:
        async with asyncio.timeout(verdict_seconds):
            return await asyncio.shield(courier.send(letter))
    except TimeoutError as error:
        courier.forget(letter)
        raise NoVerdict(UUID(letter.id), verdict_seconds) from error


async def answer(courier: Courier, letter: Letter, verdict_seconds: float) -> VerdictJson:
    """Send a letter that has one verdict and return its result; raises HoldRefused, NoVerdict."""
    verdicts = await settle(courier, letter, verdict_seconds)
    verdict = Verdict.model_validate_json(orjson.dumps(verdicts[letter.id]))
    if verdict.refused is not None:
        raise HoldRefused(verdict.refused)
    return dict(verdict.result or {})

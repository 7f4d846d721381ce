"""Credits set aside for one job, until they are captured or given back."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import orjson
import structlog

from shared.client.arguments import amount_of, charge_of, seconds_of
from shared.client.courier import Courier
from shared.client.letters import Letter, Sender
from shared.client.refused import HoldRefused, NoVerdict
from shared.client.wire import VerdictJson
from shared.clock import Clock
from shared.contracts.message import Verdict
from shared.contracts.money import format_credits, parse_credits
from shared.contracts.work import Measure, Work

LEASE_SECONDS = 86_400

log = structlog.get_logger()


@dataclass(frozen=True)
class Captured:
    """What a capture did, in credits: charged, released, and left in the wallet.

    `absorbed` is what the vendor bore of a frame that cost more than hold and pool could pay (T26).
    """

    captured: str
    released: str
    available: str
    absorbed: str = "0"


@dataclass(frozen=True)
class Extended:
    """What an extension did, in credits: set aside in addition, and left in the wallet."""

    amount: str
    available: str


@dataclass(kw_only=True)
class Hold:
    """An open hold. `amount` is what is set aside in all, `available` what the wallet had left."""

    courier: Courier
    sender: Sender
    id: UUID
    owner: str
    account: str
    amount: str
    available: str
    verdict_seconds: float
    is_open: bool = True

    async def extend(
        self,
        amount: Decimal | str,
        *,
        lease_seconds: int = LEASE_SECONDS,
        metered: Decimal | str | None = None,
        id: UUID | None = None,
    ) -> Extended:
        """Set `amount` more credits aside, and have the lease run `lease_seconds` from now (T26).

        Asks under the limits of now (T11); refused, the hold stays as it was: finish the frame that
        runs and start no other. `metered` is what was used and is not captured yet: should this
        node die, the end of the lease charges it (T28). `id` (UUIDv7, minted when absent) names
        this extension: use it again after NoVerdict. Raises InvalidArgument, HoldRefused with
        `unknown_hold, hold_not_open, hold_expired, credit_access_disabled, organization_in_debt,
        job_cap_exceeded, quota_exceeded, pool_insufficient`, NoVerdict.
        """
        letter = self.sender.extend(
            str(id or Clock().new_id()),
            owner=self.owner,
            account=self.account,
            hold=str(self.id),
            amount=amount_of("amount", amount, or_zero=True),
            lease_seconds=seconds_of("lease_seconds", lease_seconds),
            metered=None if metered is None else amount_of("metered", metered, or_zero=True),
        )
        result = await answer(self.courier, letter, self.verdict_seconds)
        extended = Extended(amount=str(result["amount"]), available=str(result["available"]))
        self.amount = format_credits(parse_credits(self.amount) + parse_credits(extended.amount))
        self.available = extended.available
        return extended

    async def heartbeat(
        self, *, metered: Decimal | str | None = None, lease_seconds: int = LEASE_SECONDS
    ) -> None:
        """Keep the hold alive for `lease_seconds` from now; needs neither access nor credits (T28).

        Raises InvalidArgument, HoldRefused with `unknown_hold, hold_not_open, hold_expired`,
        NoVerdict.
        """
        await self.extend("0", metered=metered, lease_seconds=lease_seconds)

    async def capture(
        self,
        amount: Decimal | str | None = None,
        *,
        measured: Measure | None = None,
        work: Work | None = None,
        final: bool = True,
        id: UUID | None = None,
    ) -> Captured:
        """Charge `amount` credits of the hold (T27), or what the rate card says of `measured`.

        `final` closes the hold and releases the rest; with `final=False` it stays open for the next
        frame. `work` says which frames it was and where: usage reports show it. Zero credits need
        `final`. `id` (UUIDv7, minted when absent) names this capture: use it again after NoVerdict.
        Raises InvalidArgument, HoldRefused with `unknown_hold, hold_not_open, hold_expired,
        hold_exceeded, no_rate`, NoVerdict.
        """
        letter = self.sender.capture(
            str(id or Clock().new_id()),
            owner=self.owner,
            account=self.account,
            hold=str(self.id),
            amount=charge_of("amount", amount, measured, or_zero=final),
            final=final,
            work=work,
            measured=measured,
        )
        result = await answer(self.courier, letter, self.verdict_seconds)
        self.is_open = not final
        return Captured(
            captured=str(result["captured"]),
            released=str(result["released"]),
            available=str(result["available"]),
            absorbed=str(result.get("absorbed", "0")),
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
    return result_of(verdicts[letter.id])


def result_of(verdict: VerdictJson) -> VerdictJson:
    """Read a verdict's result; raises HoldRefused."""
    read = Verdict.model_validate_json(orjson.dumps(verdict))
    if read.refused is not None:
        raise HoldRefused(read.refused)
    return dict(read.result or {})

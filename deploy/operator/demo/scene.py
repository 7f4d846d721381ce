"""What a step of the story works with: the cast, the pool, and what must come out."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar, cast
from uuid import UUID

from deploy.operator.demo.moving_clock import BEGINNING
from deploy.operator.demo.refusal import Refusal
from deploy.operator.demo.stage import Stage
from shared.contracts.credit_queries import ListCreditAccess, ShowPool
from shared.contracts.credits import ExtendHold
from shared.contracts.message import CommandData, FactData, Limit, Refused, Verdict
from shared.contracts.money import parse_credits
from shared.contracts.refusals import RefusalCode

CAST = ("Ana", "Ben", "Chloe", "Dan", "Eva", "Fay", "Oz", "Pia", "Quin")
POOL = ("posted", "held", "available")
FIGURES = (*POOL, "debt", "granted", "captured", "expired", "clawed_back")
LEASE_SECONDS = 86_400
SETTLE_SECONDS = 20.0
LOOK_AGAIN_SECONDS = 0.05

Seen = TypeVar("Seen")


class Unexpected(Exception):  # noqa: N818  # reads as a sentence
    """The stack did something else than the story says."""


@dataclass
class Scene:
    """The story so far; each step reads and writes it."""

    stage: Stage
    ids: dict[str, UUID]
    organization: UUID
    administrator: str = "Ana"
    holds: dict[str, UUID] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    table: str = ""
    table_sent_at: datetime = BEGINNING

    async def does(self, who: str, data: CommandData, *, owner: UUID | None = None) -> Verdict:
        """Somebody acts in Larkspur Visual, or in a wallet of his own, and succeeds."""
        verdict = await self._ask(who, data, owner)
        return accepted(verdict, f"{who}'s {type(data).__name__}")

    async def does_when_heard(self, who: str, data: CommandData, late: RefusalCode) -> Verdict:
        """As above; a service that has not heard of somebody yet is asked again, as a person."""

        async def attempt() -> Verdict:
            return await self._ask(who, data)

        def is_decided(verdict: Verdict) -> bool:
            return verdict.refused is None or verdict.refused.code != late

        what = f"{who}'s {type(data).__name__}"
        return accepted(await until(what, attempt, is_decided), what)

    async def is_refused(
        self,
        who: str,
        data: CommandData,
        code: RefusalCode,
        what: str,
        *,
        owner: UUID | None = None,
    ) -> None:
        """Somebody acts, and is refused with this code."""
        self.refused(await self._ask(who, data, owner), code, what)

    def refused(self, verdict: Verdict, code: RefusalCode, what: str) -> None:
        """Expect a refusal and keep it to be shown."""
        if verdict.refused is None or verdict.refused.code != code:
            outcome = verdict.refused.code if verdict.refused else "accepted"
            message = f"{what}: expected {code}, but it was {outcome}"
            raise Unexpected(message)
        self.keeps(verdict.refused, what)

    def keeps(self, refused: Refused, what: str) -> None:
        """Keep a refusal to be shown."""
        limit = bound(refused.code, refused.limit)
        self.refusals.append(Refusal(refused.code, what, limit, refused.who_can_lift))

    async def holds_for(
        self,
        who: str,
        amount: str,
        job: str,
        *,
        node: str = "rn-01",
        lease_seconds: int = LEASE_SECONDS,
        owner: UUID | None = None,
    ) -> None:
        """A node holds credits for somebody's job."""
        hold, verdict = await self.stage.authorize(
            owner or self.organization,
            self.ids[who],
            amount,
            job=job,
            node=node,
            lease_seconds=lease_seconds,
        )
        accepted(verdict, f"{job}: a hold of {amount} for {who}")
        self.holds[job] = hold

    async def may_not_hold(
        self, who: str, amount: str, job: str, code: RefusalCode, *, product: str | None = None
    ) -> None:
        """A node asks for a hold, which may be for work with a product, and is refused."""
        _, verdict = await self.stage.authorize(
            self.organization, self.ids[who], amount, job=job, product=product
        )
        asked = "1 credit" if amount == "1" else f"{amount} credits"
        self.refused(verdict, code, f"a hold of {asked} for {who}'s {job}")

    async def extends(
        self,
        who: str,
        job: str,
        amount: str,
        *,
        metered: str | None = None,
        lease_seconds: int = LEASE_SECONDS,
    ) -> None:
        """A node gives a sign of life for a job, and may ask for more."""
        data = ExtendHold(
            hold_id=self.holds[job],
            amount=parse_credits(amount),
            lease_seconds=lease_seconds,
            metered=None if metered is None else parse_credits(metered),
        )
        await self.does(who, data)

    async def captures(
        self, who: str, job: str, amount: str, *, final: bool = True, owner: UUID | None = None
    ) -> Verdict:
        """A node charges a job."""
        verdict = await self.stage.capture(
            owner or self.organization, self.ids[who], self.holds[job], amount, final=final
        )
        return accepted(verdict, f"{job}: a capture of {amount}")

    async def figures(self, *, of: str | None = None) -> dict[str, str]:
        """Read every sum of the pool, or of somebody's own wallet."""
        owner = self.organization if of is None else self.ids[of]
        by = self.ids[of or self.administrator]
        verdict = await self.stage.ask(ShowPool(), by=by, owner=owner)
        shown = verdict.result or {}
        return {name: str(shown.get(name)) for name in FIGURES}

    async def pool(self, *, of: str | None = None) -> str:
        """Read the pool, or somebody's own wallet, as posted/held/available."""
        shown = await self.figures(of=of)
        return "/".join(shown[name] for name in POOL)

    async def role_of(self, who: str) -> str | None:
        """Read what the ledger takes somebody for; nothing for whom it does not list."""
        people = await self.people()
        return next((p["role"] for p in people if p["account_id"] == str(self.ids[who])), None)

    async def people(self) -> list[dict[str, str]]:
        """Read who may draw on the pool."""
        verdict = await self._ask(self.administrator, ListCreditAccess())
        return cast("list[dict[str, str]]", (verdict.result or {}).get("people", []))

    async def pool_becomes(self, figures: str, *, of: str | None = None) -> None:
        """Expect the pool to be so; what comes by way of the store takes a moment."""
        what = f"{of}'s own credits" if of else "the pool"
        await until(
            f"{what} to be {figures}", lambda: self.pool(of=of), lambda seen: seen == figures
        )

    async def hears(self, fact: type[FactData], *, times: int = 1) -> None:
        """Expect a fact about the pool: so many of its kind since the beginning."""
        await self.stage.facts.hears(fact, times=times, owner=self.organization)

    async def _ask(self, who: str, data: CommandData, owner: UUID | None = None) -> Verdict:
        return await self.stage.ask(data, by=self.ids[who], owner=owner or self.organization)


def accepted(verdict: Verdict, what: str) -> Verdict:
    """Expect an acceptance."""
    if verdict.refused is not None:
        message = f"{what} was refused: {verdict.refused.code} ({verdict.refused.message})"
        raise Unexpected(message)
    return verdict


async def until(
    what: str, look: Callable[[], Awaitable[Seen]], holds: Callable[[Seen], bool]
) -> Seen:
    """Look until it is so; raises Unexpected with what was seen last."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + SETTLE_SECONDS
    while not holds(seen := await look()):
        if loop.time() > deadline:
            message = f"waited {SETTLE_SECONDS} s for {what}, but it is {seen}"
            raise Unexpected(message)
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    return seen


def bound(code: str, limit: Limit | None) -> str:
    """Say which limit bound: what of it was left, of how much, in which unit."""
    if limit is None or limit.value is None:
        return ""
    if code == RefusalCode.ORGANIZATION_IN_DEBT:
        return f"{limit.value} credits are owed"
    if code == RefusalCode.POOL_INSUFFICIENT:
        return f"{limit.left} credits are left in the pool"
    if code == RefusalCode.QUOTA_EXCEEDED:
        return f"{limit.left} of the quota's {limit.value} credits are left"
    if code == RefusalCode.NO_SEAT_AVAILABLE:
        return f"{limit.left} of {limit.value} seats are left"
    if code == RefusalCode.NO_ENTITLEMENT:
        return f"for work with the product {limit.value}"
    return limit.value if limit.left is None else f"{limit.left} of {limit.value} are left"

"""What a step of the story works with: the cast, the pool, and what must come out."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar, cast
from uuid import UUID

from deploy.operator.demo.refusal import Refusal
from deploy.operator.demo.stage import Stage
from shared.contracts.credits import ListCreditAccess, ShowPool
from shared.contracts.message import CommandData, Limit, Verdict
from shared.contracts.refusals import RefusalCode

CAST = ("Ana", "Ben", "Chloe", "Dan", "Eva", "Fay")
FIGURES = ("posted", "held", "available", "debt", "granted", "captured", "expired")
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
    holds: dict[str, UUID] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)

    async def does(self, who: str, data: CommandData) -> Verdict:
        """Somebody of Larkspur Visual acts, and succeeds."""
        verdict = await self.stage.ask(data, by=self.ids[who], owner=self.organization)
        return accepted(verdict, f"{who}'s {type(data).__name__}")

    async def does_when_heard(self, who: str, data: CommandData, late: RefusalCode) -> Verdict:
        """As above; a service that has not heard of somebody yet is asked again, as a person."""

        async def attempt() -> Verdict:
            return await self.stage.ask(data, by=self.ids[who], owner=self.organization)

        def is_decided(verdict: Verdict) -> bool:
            return verdict.refused is None or verdict.refused.code != late

        what = f"{who}'s {type(data).__name__}"
        return accepted(await until(what, attempt, is_decided), what)

    async def is_refused(self, who: str, data: CommandData, code: RefusalCode, what: str) -> None:
        """Somebody acts, and is refused with this code."""
        verdict = await self.stage.ask(data, by=self.ids[who], owner=self.organization)
        self.refused(verdict, code, what)

    def refused(self, verdict: Verdict, code: RefusalCode, what: str) -> None:
        """Expect a refusal and keep it to be shown."""
        if verdict.refused is None or verdict.refused.code != code:
            outcome = verdict.refused.code if verdict.refused else "accepted"
            message = f"{what}: expected {code}, but it was {outcome}"
            raise Unexpected(message)
        refused = verdict.refused
        self.refusals.append(Refusal(code, what, _left(refused.limit), refused.who_can_lift))

    async def holds_for(
        self, who: str, amount: str, job: str, *, node: str = "rn-01", lease_seconds: int = 86_400
    ) -> None:
        """A node holds credits for somebody's job."""
        hold, verdict = await self._authorize(who, amount, job, node, lease_seconds)
        accepted(verdict, f"{job}: a hold of {amount} for {who}")
        self.holds[job] = hold

    async def may_not_hold(self, who: str, amount: str, job: str, code: RefusalCode) -> None:
        """A node asks for a hold and is refused."""
        _, verdict = await self._authorize(who, amount, job, "rn-01", 86_400)
        self.refused(verdict, code, f"{who}'s {job}, estimated at {amount}")

    async def captures(self, who: str, job: str, amount: str, *, final: bool = True) -> Verdict:
        """A node charges a job."""
        verdict = await self.stage.capture(
            self.organization, self.ids[who], self.holds[job], amount, final=final
        )
        return accepted(verdict, f"{job}: a capture of {amount}")

    async def figures(self) -> dict[str, str]:
        """Read every sum of the pool."""
        verdict = await self.stage.ask(ShowPool(), by=self.ids["Ana"], owner=self.organization)
        shown = verdict.result or {}
        return {name: str(shown.get(name)) for name in FIGURES}

    async def pool(self) -> str:
        """Read the pool as posted/held/available."""
        shown = await self.figures()
        return "/".join(shown[name] for name in FIGURES[:3])

    async def role_of(self, who: str) -> str | None:
        """Read what the ledger takes somebody for; nothing for whom it does not list."""
        people = await self.people()
        return next((p["role"] for p in people if p["account_id"] == str(self.ids[who])), None)

    async def people(self) -> list[dict[str, str]]:
        """Read who may draw on the pool."""
        verdict = await self.stage.ask(
            ListCreditAccess(), by=self.ids["Ana"], owner=self.organization
        )
        return cast("list[dict[str, str]]", (verdict.result or {}).get("people", []))

    async def pool_becomes(self, figures: str) -> None:
        """Expect the pool to be so; what comes by way of the store takes a moment."""
        await until(f"the pool to be {figures}", self.pool, lambda seen: seen == figures)

    async def _authorize(
        self, who: str, amount: str, job: str, node: str, lease_seconds: int
    ) -> tuple[UUID, Verdict]:
        return await self.stage.authorize(
            self.organization,
            self.ids[who],
            amount,
            job=job,
            node=node,
            lease_seconds=lease_seconds,
        )


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


def _left(limit: Limit | None) -> str:
    if limit is None or limit.value is None:
        return ""
    return f"{limit.left} left of {limit.value}" if limit.left is not None else limit.value

"""A story of people and seats: what is asked, answered, said and heard, each step looked at."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from services.licensing.store.paying import settle_or_park
from shared.clock import Clock, id_at
from shared.contracts.catalogue import COMMAND_BY_TYPE
from shared.contracts.checkouts import BorrowCheckout, OpenCheckout, RenewCheckout
from shared.contracts.credit_notices import (
    PersonalCreditsActive,
    PersonalCreditsExhausted,
    PersonLine,
)
from shared.contracts.message import Command, CommandData, Fact, Verdict
from shared.contracts.purchases import OrderPaid
from shared.messaging.inbox import FORGOTTEN, act
from tests.laws import accounts_model, people_model, seats_model
from tests.laws.people_agreement import disagreements
from tests.laws.people_books import Books, books_of
from tests.laws.people_checks import broken_laws
from tests.laws.people_doors import door_of
from tests.laws.people_ground import House, PeopleGround
from tests.laws.people_model import Asked
from tests.laws.people_post import Post
from tests.speaking import a_fact

SETTLING = timedelta(seconds=10)
ROUNDS = 8
# What somebody's checkouts are told while lapsed ones are swept beside them.
SWEEPS = (OpenCheckout, RenewCheckout, BorrowCheckout)


class Ask(NamedTuple):
    """What is asked, by whom, of which organization."""

    data: CommandData
    by: UUID | None = None
    owner: UUID | None = None
    actor: str = "coffer_portal"


class PeopleStory:
    """One story: two services, the post between them, and what they remember."""

    def __init__(self, ground: PeopleGround, books: Books) -> None:
        self.ground = ground
        self.post = Post(ground)
        self.books = books
        self.told: list[tuple[Command[Any], Verdict]] = []
        self.paid: list[Fact[OrderPaid]] = []
        self.credits: dict[UUID, int] = {}
        self.stranger, *self.identities = [Clock().new_id() for _ in range(7)]

    @property
    def now(self) -> datetime:
        return self.ground.clock.now()

    def pass_time(self, seconds: float) -> None:
        self.ground.clock.moment += timedelta(seconds=seconds)

    async def ask(self, ask: Ask, *, dry: bool = False) -> list[str]:
        """Ask once, or as a dry run before; what is refused changes nothing."""
        command = self._command(ask)
        found = await self._try(command) if dry else []
        before = self.books
        foretold = self._foretold(command)
        house, verdict = await self._door(command)
        found += await self.look(house)
        self.told.append((command, verdict))
        self._count(command, verdict)
        if foretold not in {None, code_of(verdict)}:
            found.append(f"{command.data} was {code_of(verdict)}, not {foretold}")
        if verdict.refused and not isinstance(command.data, SWEEPS) and before != self.books:
            found.append(f"{command.data} was {code_of(verdict)} and changed something")
        return found

    async def _try(self, command: Command[Any]) -> list[str]:
        """A dry run says what would come of it, and nothing comes of it."""
        before, foretold = self.books, self._foretold(command)
        house, verdict = await self._door(command.model_copy(update={"dry_run": True}))
        found = await self.look(house)
        if before != self.books:
            found.append(f"{command.data} was only tried and changed something")
        if foretold not in {None, code_of(verdict)}:
            found.append(f"{command.data} would be {code_of(verdict)}, not {foretold}")
        return found

    async def ask_again(self, which: int) -> list[str]:
        """The same command again has the same verdict, and nothing comes of it."""
        if not self.told:
            return []
        command, verdict = self.told[which % len(self.told)]
        before, foretold = self.books, self._foretold(command)
        house, again = await self._door(command)
        found = await self.look(house)
        self.ground.tally["asked again"] += 1
        if verdict.refused and verdict.refused.code in FORGOTTEN:
            self.told[which % len(self.told)] = (command, again)
            wanted = {None, code_of(again)}
            return [] if foretold in wanted else [f"{command} was {again}, not {foretold}", *found]
        if again != verdict or before != self.books:
            found.append(f"{command} was {verdict}, and now {again}")
        return found

    async def alter(self, which: int) -> list[str]:
        """Another command under the id of a remembered one is refused (T21)."""
        remembered = [
            command
            for command, verdict in self.told
            if not (verdict.refused and verdict.refused.code in FORGOTTEN)
        ]
        if not remembered:
            return []
        command = remembered[which % len(remembered)]
        before = self.books
        altered = command.model_copy(update={"owner": id_at(self.now)})
        house, verdict = await self._door(altered)
        found = await self.look(house)
        if code_of(verdict) != "idempotency_key_reused" or before != self.books:
            found.append(f"{command} altered is {verdict}")
        return found

    async def pay(self, order: OrderPaid) -> list[str]:
        fact = Fact[OrderPaid].model_validate(
            a_fact(order, subject=order.account_id, source="/store"), from_attributes=True
        )
        self.paid.append(fact)
        return await self._paid(fact)

    async def pay_again(self, which: int) -> list[str]:
        """The store says it as often as it likes (T19)."""
        if not self.paid:
            return []
        return await self._paid(self.paid[which % len(self.paid)])

    async def _paid(self, fact: Fact[OrderPaid]) -> list[str]:
        self.ground.tally["paid"] += 1
        async with act(self.ground.licensing.pool, self.ground.clock) as taking:
            await settle_or_park(taking, fact, covered_until=self.post.reach.covered_until)
        return await self.look(self.ground.licensing)

    def credits_change(self, account_id: UUID, *, active: bool) -> None:
        """The ledger says whether somebody has credits of his own."""
        kind = PersonalCreditsActive if active else PersonalCreditsExhausted
        told = kind(owner=account_id, available=0, lines=(PersonLine(account_id=account_id),))
        sequence = self.credits.get(account_id, 0) + 2
        self.credits[account_id] = sequence
        self.post.to_membership.append(a_fact(told, subject=account_id, sequence=sequence))

    async def letters_come(self, letters: Sequence[int]) -> list[str]:
        found: list[str] = []
        for letter in letters:
            house = await self.post.deliver(letter)
            found += await self.look(house) if house is not None else []
        return found

    async def all_letters_come(self) -> list[str]:
        await self.post.deliver_all()
        return await self.look(*self.ground.houses)

    async def works(self, numbers: Sequence[int]) -> list[str]:
        """The services do what they do by themselves."""
        await self.post.time_is_told(numbers)
        return await self.look(*self.ground.houses)

    async def settle(self) -> list[str]:
        """Everything is heard, everything due is done: then both say the same."""
        self.pass_time(SETTLING.total_seconds())
        for _ in range(ROUNDS):
            await self.post.deliver_all()
            before = await books_of(self.ground)
            await self.post.time_is_told(range(5))
            await self.post.deliver_all()
            self.books = await books_of(self.ground)
            if self.books == before:
                break
        return [*broken_laws(self.books, self.now), *disagreements(self.books, self.now)]

    async def look(self, *houses: House) -> list[str]:
        """Look whether each law holds where something may have changed."""
        for house in houses:
            await self.post.collect_from(house)
            self.books = await self.books.again(house)
        return broken_laws(self.books, self.now)

    def _foretold(self, command: Command[Any]) -> str | None:
        asked = Asked(self.books, command, self.now)
        models = (people_model, accounts_model, seats_model)
        return next((code for model in models if (code := model.expected(asked))), None)

    def _command(self, ask: Ask) -> Command[Any]:
        return COMMAND_BY_TYPE[ask.data.TYPE](
            id=id_at(self.now),
            type=ask.data.TYPE,
            actor=ask.actor,
            on_behalf_of=ask.by,
            owner=ask.owner,
            sent_at=self.now,
            data=ask.data,
        )

    async def _door(self, command: Command[Any]) -> tuple[House, Verdict]:
        house, door = door_of(self.ground, command.data)
        verdict = await door(command, house.pool, self.ground.clock)
        assert verdict is not None
        return house, verdict

    def _count(self, command: Command[Any], verdict: Verdict) -> None:
        self.ground.tally[f"{type(command.data).__name__} {code_of(verdict)}"] += 1


def code_of(verdict: Verdict) -> str:
    return "accepted" if verdict.refused is None else str(verdict.refused.code)

"""Random asks: duplicates and altered copies of earlier ones, captures before their authorize,
lots that run out, leases that lapse, people who come and go.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from shared.clock import id_at
from tests.model.ledger_wallet import Ask

SHARE_OF_COPIES = 0.18
SHARE_OF_ALTERED = 0.25
KINDS = {
    "debit": 30,
    "authorize": 25,
    "capture": 22,
    "void": 6,
    "lapse": 6,
    "grant": 4,
    "access": 4,
    "role": 2,
    "early": 4,
}
RECENT_MAX = 60


class Asking:
    """What a small office of people asks of one wallet."""

    def __init__(self, random: Random, owner: UUID, administrator: UUID, account: UUID) -> None:
        self.random = random
        self.owner, self.administrator, self.account = owner, administrator, account
        self.people = [self.an_id(datetime.now().astimezone()) for _ in range(4)]
        self.inside: set[UUID] = set()
        self.holds: list[UUID] = []
        self.promised: list[UUID] = []
        self.asked: list[Ask] = []

    def an_id(self, now: datetime) -> UUID:
        return id_at(now + timedelta(microseconds=self.random.randrange(900)))

    def batch(self, now: datetime, size: int) -> list[Ask]:
        asks = [self.ask(now) for _ in range(size)]
        # A lapse is the clock's own and never sent twice.
        self.asked = [*self.asked, *(ask for ask in asks if ask.kind != "lapse")][-RECENT_MAX:]
        return asks

    def ask(self, now: datetime) -> Ask:
        if self.asked and self.random.random() < SHARE_OF_COPIES:
            return self.copy()
        [kind] = self.random.choices(list(KINDS), list(KINDS.values()))
        identifier = self.an_id(now)
        if kind == "early":
            self.promised.append(identifier)
            return Ask("capture", self.an_id(now), self.owner, (identifier, self.amount(), True))
        if kind == "authorize" and self.promised and self.random.random() < 0.5:
            identifier = self.promised.pop(self.random.randrange(len(self.promised)))
        return Ask(kind, identifier, self.owner, self.effect(kind, identifier, now))

    def copy(self) -> Ask:
        ask = self.random.choice(self.asked)
        if ask.kind == "role" or self.random.random() > SHARE_OF_ALTERED:
            return ask
        return replace(ask, effect=altered(ask))

    def amount(self) -> int:
        return self.random.choice((1, 2, 3, 5, 8, 13, 40))

    def person(self) -> UUID:
        return self.random.choice([*self.people, self.administrator, self.account])

    def hold(self, now: datetime) -> UUID:
        if not self.holds or self.random.random() < 0.03:
            return self.an_id(now)
        return self.random.choice(self.holds[-12:])

    def effect(self, kind: str, identifier: UUID, now: datetime) -> tuple[object, ...]:
        random = self.random
        if kind == "debit":
            return (self.person(), self.amount())
        if kind == "authorize":
            self.holds.append(identifier)
            return (self.person(), self.amount(), random.choice((1, 20, 60, 600)))
        if kind == "capture":
            final = random.random() < 0.5
            return (self.hold(now), random.randrange(0 if final else 1, 9), final)
        if kind in {"void", "lapse"}:
            return (self.hold(now),)
        if kind == "grant":
            seconds = random.choice((None, None, -1, 15, 60, 300))
            expires_at = None if seconds is None else now + timedelta(seconds=seconds)
            category = random.choice(("promo", "included", "purchased"))
            return (identifier.hex, random.choice((10, 50, 120)), category, expires_at)
        if kind == "role":
            return self.moved(random.choice(self.people))
        limits = {"quota": random.choice((None, 0, 10, 60)), "disabled": None, "unlimited": None}
        mode = random.choice(("quota", "quota", "unlimited", "unlimited", "disabled"))
        by = random.choice([self.administrator] * 5 + [self.people[0]])
        return (by, self.person(), mode, limits[mode])

    def moved(self, person: UUID) -> tuple[UUID, str]:
        """Membership tells of one who joins and leaves in turn."""
        if person in self.inside:
            self.inside.remove(person)
            return (person, "REMOVED")
        self.inside.add(person)
        return (person, self.random.choice(("MEMBER", "GUEST")))


def altered(ask: Ask) -> tuple[object, ...]:
    """Another effect under the same id; a void has no other."""
    match ask.kind, ask.effect:
        case ("access", (by, person, *_)):
            return (by, person, "disabled", None)
        case ("void", effect):
            return effect
        case (_, (first, int(amount), *rest)):
            return (first, amount + 1, *rest)
    message = f"{ask} has no other effect"
    raise AssertionError(message)

"""The machine that makes up stories of an office and its credits."""

from datetime import timedelta

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from shared.clock import id_at
from tests.laws.story_machine import StoryMachine
from tests.model.asking import PRODUCTS
from tests.model.cast import Hint, administrator_of, pick
from tests.model.coming_due import moments_of
from tests.model.dealing import TRADES, some_order
from tests.model.ground import Ground
from tests.model.ledger_trade import Line, Order, Refund
from tests.model.ledger_wallet import Ask
from tests.model.terms_tried import TERMS, Terms

NUMBER = st.integers(0, 999)
DESK = st.integers(0, 1)
SECONDS = st.sampled_from(
    (0, 0, 0.5, 0.5, 20, 20, 90, 1200, 4000, 50_000, 100_000, 700_000, 3_000_000)
)
LASTS = st.sampled_from((None, None, 20, 90, 4000, 100_000))
DAYS = st.sampled_from((None, 0.01, 1, 30, 0))
WORK = (
    "debit", "debit", "authorize", "authorize", "authorize", "capture", "capture", "capture",
    "extend", "extend", "void", "lapse", "credit_back", "again", "altered",
)  # fmt: skip
HOLDS = ("authorize", "extend", "capture", "void", "lapse", "credit_back", "again", "altered")
MANAGEMENT = (
    "access", "access", "access", "edit", "edit", "restart", "request", "request", "decide",
    "decide", "decide", "terms", "again", "altered", "authorize", "debit",
)  # fmt: skip
DEALINGS = (*TRADES, "again", "authorize", "debit")
REFUNDS = ("refund 1", "refund 2", "charge-back 1", "charge-back 2")
Access = tuple[str, int | None, str | None]
ACCESS: tuple[Access, ...] = (
    ("unlimited", None, None),
    ("quota", 60, None),
    ("quota", 25, "day"),
    ("disabled", None, None),
)
WORK_MAX = 20


def hints(*kinds: str) -> st.SearchStrategy[Hint]:
    return st.builds(Hint, st.sampled_from(kinds), NUMBER, NUMBER, NUMBER, NUMBER)


class LedgerMachine(StoryMachine):
    """Stories of an office that works, buys, manages and moves, in any order."""

    @initialize(
        amount=st.sampled_from((300, 900, 20, 0)),
        own=st.sampled_from((0, 9, 40)),
        access=st.tuples(*[st.sampled_from(ACCESS) for _ in range(3)]),
        terms=st.sampled_from((None, *TERMS)),
    )
    def an_organization_arises(
        self, amount: int, own: int, access: tuple[Access, ...], terms: Terms | None
    ) -> None:
        """Ana's pool has lots of each kind; Ben and Chloe are Members, Dan is a Guest."""
        ana, (ben, dan, chloe) = self.cast.founders[0], self.cast.people
        self.run(self.story.cover(0, self.now))
        if amount:
            soon = self.now + timedelta(days=10)
            lots = (Line(1, amount, 3, None), Line(2, 15, 1, None), Line(3, 12, 2, soon))
            self.pays(0, Order(id_at(self.now).hex, ana, self.now, lots))
        if own:
            self.pays(0, Order(id_at(self.now).hex, dan, self.now, (Line(1, own, 3, None),)))
        self.arises(0, 0)
        pool = self.cast.organizations[0]
        roles = [
            Ask("role", id_at(self.now), pool, (person, role, self.now))
            for person, role in ((ben, "MEMBER"), (dan, "GUEST"), (chloe, "MEMBER"))
        ]
        self.run(self.story.hear_backwards(0, roles))
        asks = [
            Ask("access", id_at(self.now), pool, (ana, person, *given))
            for person, given in zip(self.cast.people, access, strict=True)
        ]
        if terms is not None:
            asks.append(Ask("terms", id_at(self.now), pool, (ana, *terms)))
        self.run(self.story.commit(0, asks))

        self.run(self.story.tell_rights(*(self.a_right(each) for each in self.cast.everybody())))

    @precondition(lambda self: self.cast.may_found(1))
    @rule(desk=DESK)
    def another_organization_arises(self, desk: int) -> None:
        self.arises(desk, 1)

    @rule(desk=DESK, pause=SECONDS, wishes=st.lists(hints(*WORK), min_size=1, max_size=WORK_MAX))
    def work_goes_on(self, desk: int, pause: float, wishes: list[Hint]) -> None:
        self.commits(desk, pause, wishes)

    @rule(desk=DESK, pause=SECONDS, wishes=st.lists(hints(*WORK), min_size=1, max_size=5))
    def some_work_is_done(self, desk: int, pause: float, wishes: list[Hint]) -> None:
        self.commits(desk, pause, wishes)

    @rule(desk=DESK, pause=SECONDS, wishes=st.lists(hints(*HOLDS), min_size=1, max_size=WORK_MAX))
    def holds_live_and_end(self, desk: int, pause: float, wishes: list[Hint]) -> None:
        self.commits(desk, pause, wishes)

    @rule(hint=hints("right"), pause=SECONDS, lasts=LASTS)
    def what_somebody_may_use_changes(self, hint: Hint, pause: float, lasts: float | None) -> None:
        """A seat is assigned, revoked, or runs out by itself (R27, R35)."""
        self.story.pass_time(pause)
        person, product = self.cast.person(hint), pick(PRODUCTS, hint.what)
        told = [self.a_right(person, product, lasts, may_use=hint.much % 3 != 0)]
        if hint.how % 3 == 0:
            told.append(self.a_right(person, product, may_use=hint.much % 2 == 0))
        note(f"  {told}")
        self.run(self.story.tell_rights(*told))

    @rule(desk=DESK, wishes=st.lists(hints(*DEALINGS), min_size=1, max_size=6))
    def credits_are_dealt_with(self, desk: int, wishes: list[Hint]) -> None:
        self.commits(desk, 0.5, wishes)

    @rule(desk=DESK, pause=SECONDS, wishes=st.lists(hints(*MANAGEMENT), min_size=1, max_size=9))
    def the_office_is_managed(self, desk: int, pause: float, wishes: list[Hint]) -> None:
        self.commits(desk, pause, wishes)

    @rule(
        desk=DESK,
        which=NUMBER,
        seconds=st.sampled_from((0, -1, 1)),
        wishes=st.lists(hints(*HOLDS), min_size=1, max_size=4),
    )
    def something_comes_due(self, desk: int, which: int, seconds: int, wishes: list[Hint]) -> None:
        """What is decided at the very moment, just before and just after it."""
        moments = moments_of(self.cast.model, self.now)
        pause = (pick(moments, which) - self.now).total_seconds() + seconds if moments else 0
        self.commits(desk, max(0, pause), wishes)

    @rule(desk=DESK, hint=hints("own"), pause=SECONDS, days=DAYS)
    def somebody_buys_and_then_leaves(
        self, desk: int, hint: Hint, pause: float, days: float | None
    ) -> None:
        """What is bought by whoever draws on a pool sleeps until he no longer does (T5, T18)."""
        person = self.cast.person(hint)
        expires_at = None if days is None else self.now + timedelta(days=days)
        lines = (Line(1, 1 + hint.much % 50, 3, expires_at),)
        self.run(self.story.cover(desk, self.now))
        placed_at = self.now - timedelta(days=hint.what % 3, microseconds=hint.how)
        self.pays(desk, Order(id_at(self.now).hex, person, placed_at, lines))
        self.story.pass_time(pause)
        joined = self.cast.joined(person)
        if joined is not None and hint.how % 2:
            given = (person, person, "disabled", None, None)
            self.run(self.story.commit(desk, [Ask("access", id_at(self.now), joined, given)]))
        elif joined is not None:
            self.hears(desk, Ask("role", id_at(self.now), joined, (person, "REMOVED", self.now)))

    @rule(desk=DESK, hint=hints("own"), given=st.sampled_from(ACCESS), pause=SECONDS)
    def a_guest_uses_up_his_own(self, desk: int, hint: Hint, given: Access, pause: float) -> None:
        """Then a pool may open to him, in the same commit (R37, R39, T4)."""
        self.story.pass_time(pause)
        now, guests = self.now, self.cast.guests()
        if not guests:
            return
        organization, dan = pick(guests, hint.who)
        held, amount = id_at(now), self.cast.model.own(dan).free or 5
        asks = [
            Ask("authorize", held, dan, (dan, amount, 3600, None, None, None)),
            Ask(
                "capture",
                id_at(now),
                dan,
                (held, max(1, amount - hint.much % 2), hint.how % 4 != 0),
            ),
            Ask(
                "access",
                id_at(now),
                organization,
                (administrator_of(self.cast.model.names[organization]), dan, *given),
            ),
            Ask("authorize", id_at(now), organization, (dan, 3, 3600, None, None, None)),
        ]
        self.run(self.story.commit(desk, asks))

    @rule(desk=DESK, hint=hints("paid"), days=DAYS, hours=st.sampled_from((0, 0, 1, 20, 400, -1)))
    def an_order_is_paid(self, desk: int, hint: Hint, days: float | None, hours: int) -> None:
        """Placed now, some time ago, or later than membership has told so far."""
        placed_at = self.now - timedelta(hours=hours, microseconds=hint.how)
        if hours >= 0:
            self.run(self.story.cover(desk, self.now))
        account, order = some_order(self.cast, hint, id_at(self.now))
        expires_at = None if days is None else self.now + timedelta(days=days)
        lines = tuple(
            Line(number, 1 + hint.much % 90 + number, 1 + (hint.what + number) % 3, expires_at)
            for number in range(1, 2 + hint.what % 2)
        )
        self.pays(desk, Order(order, account, placed_at, lines))

    @precondition(lambda self: self.story.model.parked)
    @rule(desk=DESK)
    def membership_tells_how_far_it_is(self, desk: int) -> None:
        self.run(self.story.cover(desk, self.now + timedelta(hours=2)))

    @rule(desk=DESK, hint=hints("refund"), refund=st.sampled_from(REFUNDS))
    def an_order_is_taken_back(self, desk: int, hint: Hint, refund: str) -> None:
        """Whole or in part; at times before it is paid, which the next payment may be of."""
        if self.paid and hint.what % 5:
            order, amount = pick(self.paid[-6:], hint.what)
        else:
            order, amount = id_at(self.now).hex, 40
            self.cast.orders.append((self.cast.person(hint), order))
        part = pick((amount, amount, 1 + amount // 2, 1, amount + 1), hint.much)
        lines = ((1, part), (2, 3)) if hint.how % 4 == 0 else ((1, part),)
        taken = Refund(order, refund, lines)
        note(f"  {taken}")
        self.run(self.story.take_back(desk, taken))

    @rule(desk=DESK, some=st.lists(hints("role"), min_size=1, max_size=3))
    def people_join_and_leave(self, desk: int, some: list[Hint]) -> None:
        """Everybody is in one organization at a time (A2); news may come backwards."""
        asks: list[Ask] = []
        for hint in some:
            person = self.cast.person(hint)
            if all(person != ask.effect[0] for ask in asks):
                asks += self.moves(person, hint)
        for ask in asks:
            note(f"  {ask}")
        self.run(self.story.hear_backwards(desk, asks))

    @rule(desk=DESK, hint=hints("administrator"))
    def the_administrator_changes(self, desk: int, hint: Hint) -> None:
        """To somebody who is in, has no organization and no credits of his own (T16).

        At times it is told of somebody who was not the Administrator, which changes nothing (R7).
        """
        organization = pick(self.cast.open_organizations(), hint.who)
        pool = self.cast.model.names[organization]
        names = [
            name
            for name, person in pool.people.items()
            if person.role in {"MEMBER", "GUEST"}
            and self.cast.model.own(name).kind == "ACCOUNT"
            and not self.cast.model.own(name).is_active
        ]
        former = administrator_of(pool)
        if names and self.cast.joined(former) is None:
            role = ("MEMBER", "GUEST")[hint.how % 2]
            if hint.how % 8 == 7:
                former = pick(names, hint.much)
            effect = (former, pick(names, hint.what), role, self.now)
            self.hears(desk, Ask("administrator", id_at(self.now), organization, effect))

    @rule(desk=DESK, pause=SECONDS)
    def the_sweeper_comes_by(self, desk: int, pause: float) -> None:
        """It ends holds whose lease ran out (T28), and looks at lots that may be due (T24)."""
        self.story.pass_time(pause)
        asks = [
            Ask("expire", id_at(self.now), owner, ()) for owner in self.cast.open_organizations()
        ]
        asks += [
            Ask("lapse", id_at(self.now), wallet.owner, (name,))
            for wallet in self.story.model.wallets
            for name, hold in wallet.holds.items()
            if hold.state == "open" and hold.lease_until <= self.now
        ]
        self.run(self.story.commit(desk, asks))


def machine_on(ground: Ground) -> type[LedgerMachine]:
    """Hypothesis makes its machines without arguments."""
    return type("LedgerMachineHere", (LedgerMachine,), {"ground": ground})

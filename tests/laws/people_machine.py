"""The machine that makes up stories of people, their organizations, licenses and seats."""

from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from shared.clock import id_at
from shared.contracts.licensing import OrderedLicense, PlaceLicenseOrder
from shared.contracts.purchases import LicenseLine, OrderPaid
from tests.laws.people_asking import ask_of
from tests.laws.people_books import books_of
from tests.laws.people_ground import PeopleGround
from tests.laws.people_scene import OPERATOR, Scene
from tests.laws.people_story import Ask, PeopleStory
from tests.laws.seats_asking import OFFERS
from tests.model.cast import Hint

NUMBER = st.integers(0, 999)
SECONDS = st.sampled_from((0, 0, 0, 0.5, 20, 700, 4000, 100_000, 1_300_000))
DAYS = st.sampled_from((None, None, 400, 30, 0.5, 0.01, 0))
LETTERS = st.lists(NUMBER, max_size=6)
WORKS = st.lists(st.integers(0, 4), max_size=4)
PEOPLE = (
    "add", "add", "add", "remove", "leave", "role", "role", "register", "link", "forget",
    "assign", "open",
)  # fmt: skip
HANDING_OVER = (
    "offer", "offer", "accept", "accept", "accept", "decline", "cancel", "appoint", "add", "role",
    "leave",
)  # fmt: skip
SETTING_UP = ("setup", "setup", "confirm", "confirm", "reject", "end", "add", "register", "leave")
SEATS = (
    "assign", "assign", "assign", "revoke", "reassign", "reassign", "float", "open", "open",
    "renew", "borrow", "close", "try", "beta", "remove",
)  # fmt: skip


def hints(*kinds: str) -> st.SearchStrategy[list[Hint]]:
    one = st.builds(Hint, st.sampled_from(kinds), NUMBER, NUMBER, NUMBER, NUMBER)
    return st.lists(one, min_size=2, max_size=4)


class PeopleMachine(RuleBasedStateMachine):
    """People come and go, buy and hand over; letters between the services come as they like."""

    ground: ClassVar[PeopleGround]

    def __init__(self) -> None:
        """Each example begins with nobody."""
        super().__init__()
        self.is_broken = True
        self.ground.run(self.ground.begin_anew())
        self.story = PeopleStory(self.ground, self.ground.run(books_of(self.ground)))
        self.is_broken = False

    @initialize(
        registered=st.sampled_from((4, 3, 5, 1)),
        seats=st.sampled_from((2, 1, 3, 2, 3, 0)),
        roles=st.lists(
            st.sampled_from(("MEMBER", "GUEST", "MEMBER", "GUEST", "stranger")),
            min_size=3,
            max_size=3,
        ),
        offered=st.booleans(),
    )
    def somebody_registers(
        self, registered: int, seats: int, roles: list[str], *, offered: bool
    ) -> None:
        """Mostly one buys licenses, and others are in his organization."""
        for number in range(registered):
            self.asks(Hint("register", number, 0, 0, 0))
        if offered:
            for offer in OFFERS:
                self.run(self.story.ask(Ask(offer, actor=OPERATOR)))
        if seats:
            self.run(self.story.all_letters_come())
            self.pays(Hint("own", 0, 0, 0, 1), days=None, seats=seats, hours=0)
            self.run(self.story.all_letters_come())
            for number, role in enumerate(roles):
                if role != "stranger":
                    self.asks(Hint("add", 3 * (1 + number), 0, role == "GUEST", 1))
            self.run(self.story.all_letters_come())

    @rule(pause=SECONDS, wishes=hints(*PEOPLE), letters=LETTERS)
    def people_come_and_go(self, pause: float, wishes: list[Hint], letters: list[int]) -> None:
        self.goes_on(pause, wishes, letters)

    @rule(pause=SECONDS, wishes=hints(*HANDING_OVER), letters=LETTERS)
    def it_is_handed_over(self, pause: float, wishes: list[Hint], letters: list[int]) -> None:
        self.goes_on(pause, wishes, letters)

    @rule(pause=SECONDS, wishes=hints(*SETTING_UP), letters=LETTERS)
    def organizations_are_set_up(
        self, pause: float, wishes: list[Hint], letters: list[int]
    ) -> None:
        self.goes_on(pause, wishes, letters)

    @rule(pause=SECONDS, wishes=hints(*SEATS), letters=LETTERS)
    def seats_are_given_and_used(
        self, pause: float, wishes: list[Hint], letters: list[int]
    ) -> None:
        self.goes_on(pause, wishes, letters)

    @rule(
        hint=st.builds(Hint, st.just("own"), NUMBER, NUMBER, NUMBER, NUMBER),
        days=DAYS,
        seats=st.integers(1, 3),
        hours=st.sampled_from((0, 0, 0.001, 1, 30, -1)),
        letters=LETTERS,
    )
    def somebody_buys(
        self, hint: Hint, days: float | None, seats: int, hours: float, letters: list[int]
    ) -> None:
        self.pays(hint, days=days, seats=seats, hours=hours)
        self.run(self.story.letters_come(letters))

    @rule(who=NUMBER, active=st.booleans(), loses=st.booleans())
    def the_ledger_speaks(self, who: int, *, active: bool, loses: bool) -> None:
        """Of somebody's own credits; the next word that access is taken back may be lost."""
        person = Scene(self.story, Hint("own", who, 0, 0, 0)).person(who)
        self.story.credits_change(person, active=active)
        self.story.post.losing += loses

    @rule()
    def all_letters_come(self) -> None:
        self.run(self.story.all_letters_come())

    @rule(pause=SECONDS, works=WORKS)
    def time_passes(self, pause: float, works: list[int]) -> None:
        self.story.pass_time(pause)
        self.run(self.story.works(works))

    @rule(which=NUMBER, altered=NUMBER, paid=NUMBER)
    def it_is_said_again(self, which: int, altered: int, paid: int) -> None:
        self.run(self.story.ask_again(which))
        self.run(self.story.alter(altered))
        self.run(self.story.pay_again(paid))

    @rule()
    def everything_is_heard(self) -> None:
        self.run(self.story.settle())

    def teardown(self) -> None:
        """Every story ends with everything heard, unless it broke before."""
        if not self.is_broken:
            self.run(self.story.settle())

    def goes_on(self, pause: float, wishes: list[Hint], letters: list[int]) -> None:
        self.story.pass_time(pause)
        for wish in wishes:
            self.asks(wish)
        self.run(self.story.letters_come(letters))

    def asks(self, hint: Hint) -> None:
        ask = ask_of(self.story, hint)
        note(f"  {ask}")
        self.run(self.story.ask(ask, dry=hint.how % 17 == 16))

    def pays(self, hint: Hint, *, days: float | None, seats: int, hours: float) -> None:
        """Placed with us before, or not; now, some time ago, or later than we have heard of."""
        scene, order_id = Scene(self.story, hint), id_at(self.story.now).hex
        person = scene.person(hint.who)
        if hint.how % 3 == 0:
            person = scene.administrator()
        line = LicenseLine(
            kind="license",
            line_no=1,
            product=scene.product,
            license_kind="EDU" if hint.much % 4 == 3 else "COMMERCIAL",
            seats=seats,
            expires_at=None if days is None else self.story.now + timedelta(days=days),
        )
        if hint.how % 4 == 0:
            ordered = OrderedLicense.model_validate(line.model_dump(exclude={"kind"}))
            placed = PlaceLicenseOrder(
                store="online", order_id=order_id, channel="STORE", lines=(ordered,)
            )
            owner = scene.organization() if hint.what % 3 else None
            note(f"  {placed} by {person} for {owner}")
            self.run(self.story.ask(Ask(placed, person, owner)))
        order = OrderPaid(
            store="online",
            order_id=order_id,
            account_id=person,
            placed_at=self.story.now - timedelta(hours=hours),
            paid_at=self.story.now,
            lines=(line,),
        )
        note(f"  {order} is paid")
        self.run(self.story.pay(order))

    def run(self, telling: Coroutine[Any, Any, list[str]]) -> None:
        broken, self.is_broken = self.is_broken, True
        found = self.ground.run(telling)
        assert found == [], "\n".join(found)
        self.is_broken = broken


def people_machine_on(ground: PeopleGround) -> type[PeopleMachine]:
    """Hypothesis makes its machines without arguments."""
    return type("PeopleMachineHere", (PeopleMachine,), {"ground": ground})

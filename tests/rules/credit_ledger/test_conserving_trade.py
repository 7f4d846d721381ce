"""Whatever is bought, spent, refunded, given back and corrected: nothing is made or lost (I12)."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.credit_ledger.rules.adjustments import adjust
from services.credit_ledger.rules.book import Book, Decision, Refusal
from services.credit_ledger.rules.clawbacks import claw_back
from services.credit_ledger.rules.credit_back import give_back
from services.credit_ledger.rules.debts import repaying
from services.credit_ledger.rules.holds import capture, void
from services.credit_ledger.rules.own_wallets import reopened, shut
from services.credit_ledger.rules.purchase_records import Charge
from services.credit_ledger.rules.purchases import due, grant
from services.credit_ledger.rules.records import Closing
from services.credit_ledger.rules.spending import authorize, debit
from tests.builders import an_id
from tests.rules.credit_ledger.books import (
    ANA,
    BEN,
    NOW,
    OWNER,
    a_book,
    a_capture,
    a_debit,
    a_person,
    a_void,
    an_authorize,
)
from tests.rules.credit_ledger.trade import (
    a_claw_back,
    a_give_back,
    a_grant,
    a_sold_lot,
    an_adjustment,
    booked,
    conserves,
    sold,
)

Step = tuple[str, int, int]
KINDS = (
    "grant", "debit", "authorize", "capture", "void", "refund", "back", "line", "add", "remove",
    "close", "open",
)  # fmt: skip
steps = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(1, 60), st.integers(0, 9)), max_size=50
)


class Story:
    """A wallet to which things happen one after another; the second hand moves on by hours."""

    def __init__(self) -> None:
        self.book = a_book(a_sold_lot("L0", 100, number=1, days=1), ben=a_person("quota", 10_000))
        self.now = NOW
        self.orders = ["L0"]
        self.lines: list[Charge] = []

    def goes_on(self, step: Step) -> None:
        kind, amount, which = step
        self.now += timedelta(hours=which)
        booked(self.book, Decision(due(self.book, self.now)))
        decided = getattr(self, f"_{kind}")(amount, which)
        if isinstance(decided, Decision):
            decided = repaying(self.book, decided) if self.book.debt else decided
            assert all(t.amount > 0 and t.src != t.dst for t in decided.transfers)
        if decided is not None:
            booked(self.book, decided)

    def _grant(self, amount: int, which: int) -> Decision:
        order = f"L{len(self.orders)}"
        self.orders.append(order)
        ends = self.now + timedelta(days=which) if which else None
        withheld = which == 9
        return grant(
            self.book, a_grant(amount, ends, purchase=sold(order), withheld=withheld), self.now
        )

    def _debit(self, amount: int, _which: int) -> Decision | Refusal:
        line = a_debit(amount)
        decided = debit(self.book, line, self.now)
        if isinstance(decided, Decision):
            parts = tuple((t.lot, t.amount) for t in decided.transfers)
            self.book.found[Charge, line.command] = Charge(BEN, parts, 0, None, 0)
        return decided

    def _authorize(self, amount: int, _which: int) -> Decision | Refusal:
        return authorize(self.book, an_authorize(amount, lease_seconds=10**7), self.now)

    def _capture(self, amount: int, which: int) -> Decision | Refusal | None:
        holds = [hold for hold in self.book.holds.values() if hold is not None]
        if not holds:
            return None
        act = a_capture(holds[which % len(holds)], amount, final=amount % 2 == 0)
        return capture(self.book, act, self.now)

    def _void(self, _amount: int, which: int) -> Decision | Refusal | None:
        holds = [hold for hold in self.book.holds.values() if hold is not None]
        return void(self.book, a_void(holds[which % len(holds)]), self.now) if holds else None

    def _refund(self, amount: int, which: int) -> Decision | Refusal:
        order = self.orders[which % len(self.orders)]
        return claw_back(self.book, a_claw_back(order, amount), self.now)

    def _back(self, amount: int, which: int) -> Decision | Refusal | None:
        holds = [hold for hold in self.book.holds.values() if hold is not None]
        if not holds:
            return None
        act = a_give_back(amount, hold=holds[which % len(holds)].id)
        return give_back(self.book, act, self.now)

    def _line(self, amount: int, which: int) -> Decision | Refusal | None:
        lines = [key[1] for key in self.book.found if isinstance(key, tuple)]
        if not lines:
            return None
        return give_back(self.book, a_give_back(amount, line=lines[which % len(lines)]), self.now)

    def _add(self, amount: int, _which: int) -> Decision | Refusal:
        return adjust(self.book, an_adjustment(amount), self.now)

    def _remove(self, amount: int, _which: int) -> Decision | Refusal:
        return adjust(self.book, an_adjustment(amount, "remove"), self.now)

    def _close(self, _amount: int, _which: int) -> Decision | None:
        if self.book.closed_by is not None:
            return None
        closing = Closing(OWNER, "GUEST", self.book.epoch + 1)
        return shut(self.book, ANA, an_id(), closing=closing, now=self.now)

    def _open(self, _amount: int, _which: int) -> Decision | None:
        if self.book.closed_by is None:
            return None
        epoch = self.book.epoch + 1
        return reopened(self.book, ANA, an_id(), epoch=epoch, now=self.now)


@settings(deadline=None)  # a long story on a busy machine
@given(steps)
def test_T22_T23_A19_nothing_that_happens_to_a_wallet_makes_or_loses_a_credit(
    happens: list[Step],
) -> None:
    story = Story()

    for step in happens:
        story.goes_on(step)

        conserves(story.book)
        counts(story.book)


def counts(book: Book) -> None:
    """What comes back lowers a use that was captured, and nothing is free in a closed wallet."""
    ben = book.access[BEN]
    assert ben is not None
    assert ben.captured == book.captured - book.credited_back
    assert ben.captured >= 0
    assert book.closed_by is None or book.free == 0
    assert all(lot.dormant_since is not None for lot in book.lots if lot.dormant)

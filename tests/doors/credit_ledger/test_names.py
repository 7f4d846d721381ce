"""Names are kept by wallet, so that they go when its book goes (T16)."""

import pytest

from services.credit_ledger.engine import books as room
from services.credit_ledger.engine.books import Books
from services.credit_ledger.engine.names import Names
from tests.ledger.acts import an_id
from tests.rules.credit_ledger.books import a_book

POOL, OWN = 1, 2
ANA, BEN, LARKSPUR = an_id(), an_id(), an_id()


def some_names() -> Names:
    names = Names()
    for name, wallet in ((ANA, POOL), (LARKSPUR, POOL), (BEN, OWN)):
        names.learn(name, wallet)
    return names


def test_the_names_of_one_wallet_are_let_go_except_those_just_looked_at() -> None:
    names = some_names()

    names.forget_of(POOL, but=[LARKSPUR])

    assert names == {LARKSPUR: POOL, BEN: OWN}


def test_a_name_that_moved_stays_when_its_old_wallet_goes() -> None:
    names = some_names()
    names.learn(BEN, POOL)

    names.forget_of(OWN)

    assert names == {ANA: POOL, LARKSPUR: POOL, BEN: POOL}
    names.forget_of(POOL)
    assert names == {}


def test_what_is_cleared_can_be_learned_again() -> None:
    names = some_names()
    names.clear()
    names.learn(BEN, OWN)

    names.forget_of(POOL)

    assert names == {BEN: OWN}


def test_names_go_with_the_book_that_was_unused_for_longest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "WALLETS_MAX", 1)
    books = Books()
    books.names = some_names()
    for wallet in (POOL, OWN):
        book = a_book()
        book.id = wallet
        books.keep(book)

    assert books.names == {BEN: OWN}
    books.forget([OWN])
    assert books.names == {}

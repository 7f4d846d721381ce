"""Hints about credits bought, tried, corrected and let go, made into asks."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from tests.model.asking import MAKERS
from tests.model.cast import Cast, Hint, pick
from tests.model.ledger_wallet import Ask

AMOUNTS = (10, 3, 25, 60)
DAYS = (30, 0.01, 1, None)
NO_LOT = 1_000_000


def _place(cast: Cast, hint: Hint, now: datetime) -> Ask:
    """An order of a person's for himself or for a pool; at times one that was placed before."""
    person, identifier = cast.person(hint), cast.an_id(hint, now)
    owner = cast.pool(person, hint.what) if hint.what % 2 else person
    order = identifier.hex
    if cast.placed and hint.how % 4 == 0:
        owner, person, order = pick(cast.placed[-4:], hint.much)
        if hint.how % 8 == 0:
            person = cast.person(hint)
    else:
        cast.placed.append((owner, person, order))
        cast.orders.append((person, order))
    return Ask("place", identifier, owner, (person, order))


def _trial(cast: Cast, hint: Hint, now: datetime) -> Ask:
    person = cast.person(hint)
    owner = cast.pool(person, hint.what) if hint.what % 4 == 3 else person
    expires_at = now + timedelta(days=pick(DAYS[:3], hint.how))
    effect = (person, pick(("tide", "lumen"), hint.how), pick(AMOUNTS, hint.much), expires_at)
    return Ask("trial", cast.an_id(hint, now), owner, effect)


def _release(cast: Cast, hint: Hint, now: datetime) -> Ask:
    """Mostly a lot that is withheld; else none: a guess may name one that the same commit makes."""
    withheld = [
        (name, lot.number)
        for name, wallet in cast.model.names.items()
        for lot in wallet.lots
        if lot.withheld or hint.how % 5 == 0
    ]
    owner, number = pick(withheld, hint.what) if withheld else (cast.person(hint), NO_LOT)
    return Ask("release", cast.an_id(hint, now), owner, (hint.how % 7 != 6, number))


def _adjust(cast: Cast, hint: Hint, now: datetime) -> Ask:
    owner = cast.pool(cast.person(hint), hint.what)
    direction = ("add", "remove")[hint.who % 2]
    days = pick(DAYS, hint.how) if direction == "add" else None
    expires_at = None if days is None else now + timedelta(days=days)
    effect = (hint.how % 7 != 6, pick(AMOUNTS, hint.much), direction, expires_at)
    return Ask("adjust", cast.an_id(hint, now), owner, effect)


def _bring_in(cast: Cast, hint: Hint, now: datetime) -> Ask:
    """At times with a reference that came before."""
    owner = cast.pool(cast.person(hint), hint.what)
    days = pick(DAYS, hint.how)
    expires_at = None if days is None else now + timedelta(days=days)
    reference = pick(("book 1", "book 2", "book 3"), hint.much)
    effect = (
        hint.how % 7 != 6,
        reference,
        pick(AMOUNTS[:2], hint.who),
        1 + hint.what % 3,
        expires_at,
    )
    return Ask("bring_in", cast.an_id(hint, now), owner, effect)


def some_order(cast: Cast, hint: Hint, new: UUID) -> tuple[UUID, str]:
    """An order to be paid: a new one, one that was placed, taken back or paid already."""
    if cast.orders and hint.how % 3 == 0:
        return pick(cast.orders[-4:], hint.much)
    order = (cast.buyer(hint), new.hex)
    cast.orders.append(order)
    return order


TRADES: dict[str, Callable[[Cast, Hint, datetime], Ask]] = {
    "place": _place,
    "trial": _trial,
    "release": _release,
    "adjust": _adjust,
    "bring_in": _bring_in,
}
MAKERS.update(TRADES)

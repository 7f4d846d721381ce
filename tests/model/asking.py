"""Hints of a story made into asks: whom, what and how much, as they fit what the model knows.

A hint is a kind and four numbers, so that Hypothesis can make a failing story shorter and its
numbers smaller. Some asks repeat others, some reuse their ids, some name what is not there yet.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from shared.clock import id_at
from tests.model.cast import Cast, Hint, pick
from tests.model.ledger_wallet import Ask
from tests.model.terms_tried import TERMS

AMOUNTS = (5, 1, 2, 3, 8, 13, 21, 40, 90)
LEASES = (3600, 864_000, 90_000, 600, 30, 1, 7_000_000)
JOBS = (None, None, None, None, "J1", "J2")
CAPS = (None, None, None, 10, 30, 60)
LIMITS = (30, 10, 60, 120, 1)
PERIODS = (None, None, None, None, "day", "week", "month")
PRODUCTS = ("Lumen", "Tide")
NAMED = (None, None, None, None, None, "Lumen", "Lumen", "Tide")
RECENT_MAX = 40
OF_HOLDS = {"extend", "capture", "void", "lapse", "credit_back"}
ALTERABLE = {"debit", "authorize", "extend", "capture", "access", "edit", "request"}


def ask_of(cast: Cast, hint: Hint, now: datetime) -> Ask:
    """Make an ask of a hint, or repeat an earlier one."""
    if hint.kind in {"again", "altered"} and cast.asked:
        ask = cast.asked[-1 - hint.who % len(cast.asked)]
        return ask if hint.kind == "again" else _altered(ask)
    kind = hint.kind if hint.kind in MAKERS else "authorize"
    if kind in OF_HOLDS and hint.what % 8 and not cast.some_holds(hint, now):
        kind = "authorize"
    if kind == "decide" and hint.what % 8 and not cast.requests:
        kind = "request"
    ask = MAKERS[kind](cast, hint, now)
    if ask.kind != "lapse":
        cast.asked = [*cast.asked, ask][-RECENT_MAX:]
    return ask


def _debit(cast: Cast, hint: Hint, now: datetime) -> Ask:
    person = cast.person(hint)
    owner, identifier = cast.pool(person, hint.how), cast.an_id(hint, now)
    cast.lines.append((owner, identifier))
    effect = (person, pick(AMOUNTS, hint.much), pick(JOBS, hint.what), _product(hint))
    return Ask("debit", identifier, owner, effect)


def _authorize(cast: Cast, hint: Hint, now: datetime) -> Ask:
    person = cast.person(hint)
    if cast.promised and hint.what % 2:
        owner, identifier = cast.promised.pop(hint.what % len(cast.promised))
    else:
        owner, identifier = cast.pool(person, hint.how), cast.an_id(hint, now)
    job = pick(JOBS, hint.what)
    cap = pick(CAPS, hint.much // len(AMOUNTS)) if job else None
    amount, lease_seconds = pick(AMOUNTS, hint.much), pick(LEASES, hint.how)
    effect = (person, amount, lease_seconds, job, cap, _product(hint))
    return Ask("authorize", identifier, owner, effect)


def _extend(cast: Cast, hint: Hint, now: datetime) -> Ask:
    owner, hold = cast.hold(hint, now)
    amount = (0, *AMOUNTS)[hint.much % (1 + len(AMOUNTS))]
    metered = pick((None, 0, 1, 4, 30), hint.how // 7)
    effect = (hold, amount, pick(LEASES, hint.how), metered)
    return Ask("extend", cast.an_id(hint, now), owner, effect)


def _capture(cast: Cast, hint: Hint, now: datetime) -> Ask:
    owner, hold = cast.hold(hint, now)
    final = bool(hint.how % 2)
    amount = pick((1, 2, 3, 5, 9, 14, 45), hint.much) if hint.much % 9 or not final else 0
    return Ask("capture", cast.an_id(hint, now), owner, (hold, amount, final))


def _void(cast: Cast, hint: Hint, now: datetime) -> Ask:
    owner, hold = cast.hold(hint, now)
    return Ask("void", cast.an_id(hint, now), owner, (hold,))


def _lapse(cast: Cast, hint: Hint, now: datetime) -> Ask:
    owner, hold = cast.hold(hint, now)
    return Ask("lapse", cast.an_id(hint, now), owner, (hold,))


def _credit_back(cast: Cast, hint: Hint, now: datetime) -> Ask:
    what = "hold" if hint.how % 2 else "line"
    if what == "hold":
        owner, identifier = cast.hold(hint, now)
    else:
        known = cast.charged() or cast.lines[-3:] or [(cast.founders[0], id_at(now))]
        owner, identifier = pick(known[-8:], hint.what)
    effect = (what, identifier, pick((1, 2, 3, 5, 8), hint.much))
    return Ask("credit_back", cast.an_id(hint, now), owner, effect)


def _access(cast: Cast, hint: Hint, now: datetime) -> Ask:
    owner, person = cast.subject(hint)
    mode = pick(("quota", "unlimited", "quota", "disabled"), hint.much)
    limit = pick((*LIMITS, 0), hint.what) if mode == "quota" else None
    period = pick(PERIODS, hint.how) if mode == "quota" else None
    by = person if hint.how % 10 == 8 else cast.administrator(owner, hint)
    return Ask("access", cast.an_id(hint, now), owner, (by, person, mode, limit, period))


def _edit(cast: Cast, hint: Hint, now: datetime) -> Ask:
    owner, person = cast.subject(hint)
    effect = (cast.administrator(owner, hint), person, pick((*LIMITS, 0), hint.much))
    return Ask("edit", cast.an_id(hint, now), owner, effect)


def _restart(cast: Cast, hint: Hint, now: datetime) -> Ask:
    owner, person = cast.subject(hint)
    effect = (cast.administrator(owner, hint), person)
    return Ask("restart", cast.an_id(hint, now), owner, effect)


def _request(cast: Cast, hint: Hint, now: datetime) -> Ask:
    owner, person = cast.subject(hint)
    identifier = cast.an_id(hint, now)
    limit = pick((None, *LIMITS), hint.much)
    cast.requests.append((owner, identifier))
    effect = (person, "unlimited" if limit is None else "quota", limit)
    return Ask("request", identifier, owner, effect)


def _decide(cast: Cast, hint: Hint, now: datetime) -> Ask:
    known = cast.requests[-4:] or [(pick(cast.open_organizations(), hint.who), id_at(now))]
    owner, request = pick(known, hint.what)
    approve = hint.how % 4 != 0
    limit = pick((None, None, *LIMITS), hint.much) if approve else None
    effect = (cast.administrator(owner, hint), request, approve, limit)
    return Ask("decide", cast.an_id(hint, now), owner, effect)


def _terms(cast: Cast, hint: Hint, now: datetime) -> Ask:
    owner = pick(cast.open_organizations(), hint.who)
    by_operator, changes = pick(TERMS, hint.what)
    effect = (cast.administrator(owner, hint), by_operator, changes)
    return Ask("terms", cast.an_id(hint, now), owner, effect)


MAKERS: dict[str, Callable[[Cast, Hint, datetime], Ask]] = {
    "debit": _debit,
    "authorize": _authorize,
    "extend": _extend,
    "capture": _capture,
    "void": _void,
    "lapse": _lapse,
    "credit_back": _credit_back,
    "access": _access,
    "edit": _edit,
    "restart": _restart,
    "request": _request,
    "decide": _decide,
    "terms": _terms,
}


def _product(hint: Hint) -> str | None:
    """Most work names no product that somebody has to have a right to."""
    return pick(NAMED, hint.what // len(JOBS))


def _altered(ask: Ask) -> Ask:
    """Another effect under the same id: another amount, or another job (T21)."""
    if ask.kind not in ALTERABLE:
        return ask
    effect = list(ask.effect)
    if ask.kind in {"debit", "authorize"} and effect[1] % 2:
        place = 2 if ask.kind == "debit" else 3
        effect[place] = "J1" if effect[place] is None else None
        if ask.kind == "authorize":
            effect[4] = None
    else:
        numbers = [n for n, value in enumerate(effect) if type(value) is int]
        if not numbers:
            return ask
        effect[numbers[0]] += 1
    return replace(ask, effect=tuple(effect))

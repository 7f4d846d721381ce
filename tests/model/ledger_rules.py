"""The rules of the model: each takes the wallet, the ask and the time, and moves what it moves."""

from datetime import datetime, timedelta

from tests.model.ledger_wallet import FOREVER, Answer, Ask, Hold, Lot, Person, Wallet, named

ORDER_OF_CATEGORIES = ("promo", "included", "purchased")


def _accepted(
    ask: Ask,
    wallet: Wallet,
    *,
    amount: int | None = None,
    captured: int | None = None,
    released: int | None = None,
) -> Answer:
    return Answer(
        ask.id, amount=amount, captured=captured, released=released, available=wallet.free
    )


def _limits(wallet: Wallet, person: Person | None, amount: int) -> list[tuple[str, int | None]]:
    """Every limit that binds, with what it leaves: access, then quota, then pool."""
    if person is None:
        return [("not_in_organization", None)]
    binding: list[tuple[str, int | None]] = []
    if person.mode == "disabled":
        binding.append(("credit_access_disabled", None))
    if person.mode == "quota" and person.quota is not None:
        left = max(0, person.quota - person.captured - person.held)
        if amount > left:
            binding.append(("quota_exceeded", left))
    if amount > wallet.free:
        binding.append(("pool_insufficient", wallet.free))
    return binding


def _refused(ask: Ask, binding: list[tuple[str, int | None]]) -> Answer:
    return Answer(ask.id, tuple(code for code, _ in binding), left=binding[0][1])


def _draw(wallet: Wallet, amount: int) -> dict[int, int]:
    parts = {}
    for number in wallet.burn_down():
        part = min(amount, wallet.lots[number].free)
        if part:
            parts[number] = part
            wallet.lots[number].free -= part
            amount -= part
    assert amount == 0
    return parts


def debit(wallet: Wallet, ask: Ask, _now: datetime) -> Answer:
    name, amount = ask.effect
    assert isinstance(amount, int)
    person = wallet.people.get(named(name))
    binding = _limits(wallet, person, amount)
    if person is None or binding:
        return _refused(ask, binding)
    _draw(wallet, amount)
    wallet.captured += amount
    person.captured += amount
    return _accepted(ask, wallet, captured=amount)


def authorize(wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    name, amount, lease_seconds = ask.effect
    assert isinstance(amount, int)
    assert isinstance(lease_seconds, int)
    person = wallet.people.get(named(name))
    binding = _limits(wallet, person, amount)
    if person is None or binding:
        return _refused(ask, binding)
    parts = _draw(wallet, amount)
    for number, part in parts.items():
        wallet.lots[number].held += part
    person.held += amount
    assert person.mode != "quota" or person.captured + person.held <= (person.quota or 0), "I4"
    lease_until = now + timedelta(seconds=lease_seconds)
    wallet.holds[ask.id] = Hold(named(name), amount, lease_until, parts)
    return _accepted(ask, wallet, amount=amount)


def _not_open(wallet: Wallet, ask: Ask, now: datetime) -> Answer | None:
    identifier = named(ask.effect[0])
    hold = wallet.holds.get(identifier)
    if hold is None:
        if ask.waited or identifier in wallet.verdicts:
            return Answer(ask.id, ("unknown_hold",))
        return Answer(ask.id, parked=True)
    if hold.state == "expired" or (hold.state == "open" and now >= hold.lease_until):
        return Answer(ask.id, ("hold_expired",))
    if hold.state != "open":
        return Answer(ask.id, ("hold_not_open",))
    return None


def _charge(wallet: Wallet, hold: Hold, amount: int) -> None:
    """Charge the lots that expire soonest (T25)."""
    wallet.captured += amount
    hold.captured += amount
    wallet.people[hold.person].captured += amount
    wallet.people[hold.person].held -= amount
    for number in wallet.burn_down():
        part = min(amount, hold.parts.get(number, 0))
        if part:
            hold.parts[number] -= part
            wallet.lots[number].held -= part
            amount -= part


def _release(wallet: Wallet, hold: Hold, now: datetime) -> int:
    """Give the rest back to its lots; what returns to a lot past its time expires (T24)."""
    released = hold.held
    wallet.people[hold.person].held -= released
    for number, part in hold.parts.items():
        lot = wallet.lots[number]
        lot.held -= part
        if lot.expires_at <= now:
            wallet.expired += part
        else:
            lot.free += part
    hold.parts = {}
    return released


def capture(wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    identifier, amount, final = ask.effect
    assert isinstance(amount, int)
    refused = _not_open(wallet, ask, now)
    if refused:
        return refused
    hold = wallet.holds[named(identifier)]
    if amount > hold.held:
        return Answer(ask.id, ("hold_exceeded",), left=hold.held)
    _charge(wallet, hold, amount)
    assert hold.captured <= hold.authorized, "I10"
    released = 0
    if final:
        released = _release(wallet, hold, now)
        hold.state = "captured" if hold.captured else "voided"
    return _accepted(ask, wallet, captured=amount, released=released)


def void(wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    refused = _not_open(wallet, ask, now)
    if refused:
        return refused
    hold = wallet.holds[named(ask.effect[0])]
    released = _release(wallet, hold, now)
    hold.state = "captured" if hold.captured else "voided"
    return _accepted(ask, wallet, released=released)


def lapse(wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    hold = wallet.holds.get(named(ask.effect[0]))
    if hold is None or hold.state != "open" or now < hold.lease_until:
        return Answer(ask.id, ("hold_not_open",))
    released = _release(wallet, hold, now)
    hold.state = "expired"
    return _accepted(ask, wallet, released=released)


def grant(wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    order, amount, category, expires_at = ask.effect
    assert isinstance(amount, int)
    assert isinstance(category, str)
    assert expires_at is None or isinstance(expires_at, datetime)
    last = expires_at or FOREVER
    rank = (last, ORDER_OF_CATEGORIES.index(category), len(wallet.lots))
    lot = Lot(str(order), rank, last, amount, amount)
    wallet.lots.append(lot)
    if last <= now:
        wallet.expired += amount
        lot.free = 0
    return _accepted(ask, wallet, amount=amount)


def role(wallet: Wallet, ask: Ask, _now: datetime) -> Answer:
    name, its_role = ask.effect
    known = wallet.people.get(named(name))
    fresh = Person(str(its_role), held=known.held if known else 0)
    if known and its_role == "REMOVED":
        fresh.captured = known.captured
    wallet.people[named(name)] = fresh
    return _accepted(ask, wallet)


def access(wallet: Wallet, ask: Ask, _now: datetime) -> Answer:
    by, name, mode, limit = ask.effect
    assert limit is None or isinstance(limit, int)
    administrator = wallet.people.get(named(by)) if by else None
    if administrator is None or administrator.role != "ADMINISTRATOR":
        return Answer(ask.id, ("not_administrator",))
    person = wallet.people.get(named(name))
    if person is None or person.role == "REMOVED":
        return Answer(ask.id, ("not_in_organization",))
    if person.role == "ADMINISTRATOR":
        return Answer(ask.id, ("quota_not_applicable_to_administrator",))
    if (mode == "quota") != bool(limit):
        return Answer(ask.id, ("invalid_quota",))
    person.mode, person.quota = str(mode), limit
    return _accepted(ask, wallet)


RULES = {
    "debit": debit,
    "authorize": authorize,
    "capture": capture,
    "void": void,
    "lapse": lapse,
    "grant": grant,
    "role": role,
    "access": access,
}

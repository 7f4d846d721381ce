"""What the model lets people spend: debits, holds, extensions, and the limits that they meet."""

from datetime import UTC, datetime
from uuid import UUID

from tests.model.ledger_calendar import renewal
from tests.model.ledger_moves import later, take
from tests.model.ledger_wallet import Answer, Ask, Count, Hold, Job, Person, Wallet

Binding = list[tuple[str, int]]
# Until when somebody may use a product.
Rights = dict[tuple[UUID, str], datetime]
NEVER_HAD = datetime.min.replace(tzinfo=UTC)


def accepted(
    ask: Ask,
    wallet: Wallet,
    *,
    amount: int = 0,
    captured: int = 0,
    released: int = 0,
    flags: tuple[str, ...] = (),
) -> Answer:
    return Answer(
        ask.id,
        amount=amount,
        captured=captured,
        released=released,
        available=wallet.free,
        flags=flags,
    )


def refused(ask: Ask, *codes: str, left: int = 0) -> Answer:
    return Answer(ask.id, codes, left=left)


def renew(wallet: Wallet, person: Person, now: datetime) -> None:
    """A quota with a period counts anew once its time has come (A7); the old count is kept."""
    if person.renews_at is not None and now >= person.renews_at:
        restart(wallet, person, now)


def restart(wallet: Wallet, person: Person, now: datetime) -> None:
    person.counts.append(Count())
    if person.period is not None:
        person.renews_at = renewal(person.period, wallet.terms.zone, now)


def quota_left(wallet: Wallet, person: Person, now: datetime) -> int | None:
    """What the quota leaves; a count that is over by now takes nothing of it."""
    if person.quota is None:
        return None
    is_over = person.renews_at is not None and now >= person.renews_at
    used = 0 if is_over else person.count.captured + person.count.held
    return max(0, person.quota - used)


def limits(
    wallet: Wallet,
    person: Person,
    amount: int,
    job: Job | None,
    now: datetime,
    *,
    may_use: bool = True,
) -> tuple[Binding, tuple[str, ...]]:
    """Every limit that binds, in its order, and flags.

    Access, the right to the product, debt, job cap, quota, pool (conventions 6).
    """
    binding: Binding = []
    flags: tuple[str, ...] = ()
    if person.mode == "disabled":
        binding.append(("credit_access_disabled", 0))
    if not may_use:
        binding.append(("no_entitlement", 0))
    if wallet.debt > 0:
        binding.append(("organization_in_debt", 0))
    if job is not None and job.cap is not None and amount > (left := left_of(job)):
        binding.append(("job_cap_exceeded", left))
    quota = quota_left(wallet, person, now)
    if quota is not None and amount > quota:
        if wallet.terms.observe:
            flags = ("quota_exceeded",)
        else:
            binding.append(("quota_exceeded", quota))
    if amount > wallet.free:
        binding.append(("pool_insufficient", wallet.free))
    return binding, flags


def left_of(job: Job) -> int:
    return max(0, (job.cap or 0) - job.held - job.captured)


def may_use(rights: Rights, person: UUID, product: str | None, now: datetime) -> bool:
    """Who names a product has to have a right to it that lasts (R27, R35)."""
    return product is None or now < rights.get((person, product), NEVER_HAD)


def debit(rights: Rights, wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    name, amount, job_name, product = ask.effect
    person, job = wallet.people.get(name), wallet.job(job_name)
    if person is None:
        return refused(ask, "not_in_organization")
    right = may_use(rights, name, product, now)
    binding, flags = limits(wallet, person, amount, job, now, may_use=right)
    if binding:
        return _refused(ask, binding)
    renew(wallet, person, now)
    wallet.charges[ask.id] = take(wallet, amount, person.count, to="captured")
    wallet.jobs_of_lines[ask.id] = job_name
    if job is not None:
        job.captured += amount
    return accepted(ask, wallet, captured=amount, flags=flags)


def authorize(rights: Rights, wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    name, amount, lease_seconds, job_name, cap, product = ask.effect
    person, job = wallet.people.get(name), wallet.job(job_name)
    if person is None:
        return refused(ask, "not_in_organization")
    capped = job and Job(job.cap if cap is None else cap, job.held, job.captured)
    right = may_use(rights, name, product, now)
    binding, flags = limits(wallet, person, amount, capped, now, may_use=right)
    if binding:
        return _refused(ask, binding)
    renew(wallet, person, now)
    draws = take(wallet, amount, person.count, to="held")
    if job is not None and capped is not None:
        job.cap = capped.cap
        job.held += amount
    lease_until = later(now, seconds=lease_seconds)
    wallet.holds[ask.id] = Hold(name, amount, lease_until, job_name, draws)
    _check_quota(wallet, person)
    return accepted(ask, wallet, amount=amount, flags=flags)


def extend(wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    """Renew the lease from now; more credits are authorized under the limits of now (T11, T26).

    A heartbeat that was overtaken by another never shortens what that one gave.
    """
    identifier, amount, lease_seconds, metered = ask.effect
    refusal = not_open(wallet, ask, now)
    if refusal is not None:
        return refusal
    hold = wallet.holds[identifier]
    flags: tuple[str, ...] = ()
    if amount:
        person, job = wallet.people[hold.person], wallet.job(hold.job)
        binding, flags = limits(wallet, person, amount, job, now)
        if binding:
            return _refused(ask, binding)
        enlarge(wallet, hold, amount, now)
        _check_quota(wallet, person)
    hold.lease_until = max(hold.lease_until, later(now, seconds=lease_seconds))
    if metered is not None and hear(hold, ask.id):
        hold.metered = metered
    return accepted(ask, wallet, amount=amount, flags=flags)


def hear(hold: Hold, identifier: UUID) -> bool:
    """Tell whether this is the latest word for what a hold used; ids are minted in order."""
    if hold.told_by is not None and identifier < hold.told_by:
        return False
    hold.told_by = identifier
    return True


def enlarge(wallet: Wallet, hold: Hold, amount: int, now: datetime) -> None:
    """Set more aside for an open hold, in the count that runs now."""
    person, job = wallet.people[hold.person], wallet.job(hold.job)
    renew(wallet, person, now)
    hold.draws += take(wallet, amount, person.count, to="held")
    hold.authorized += amount
    if job is not None:
        job.held += amount


def not_open(wallet: Wallet, ask: Ask, now: datetime) -> Answer | None:
    """Say why a hold takes no orders; one that is not here yet may still come (conventions 5)."""
    identifier = ask.effect[0]
    hold = wallet.holds.get(identifier)
    if hold is None:
        if ask.waited_in is not None or identifier in wallet.verdicts:
            return refused(ask, "unknown_hold")
        return Answer(ask.id, parked=True)
    if hold.state == "expired" or (hold.state == "open" and now >= hold.lease_until):
        return refused(ask, "hold_expired")
    if hold.state != "open":
        return refused(ask, "hold_not_open")
    return None


def _refused(ask: Ask, binding: Binding) -> Answer:
    return Answer(ask.id, tuple(code for code, _ in binding), left=binding[0][1])


def _check_quota(wallet: Wallet, person: Person) -> None:
    """I4: at each authorization what is captured and held is within the quota."""
    if person.quota is not None and not wallet.terms.observe:
        assert person.count.captured + person.count.held <= person.quota, "I4"

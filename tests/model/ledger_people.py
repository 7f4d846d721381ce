"""Who is who in the model, and who may draw on what: roles, access, quotas, requests, terms."""

from dataclasses import replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from tests.model.ledger_calendar import renewal
from tests.model.ledger_moves import close, reopen
from tests.model.ledger_spending import accepted, refused, renew, restart
from tests.model.ledger_wallet import Answer, Ask, Count, Person, Wallet, Wish

OF_OPERATORS = {"overrun_max", "credit_back_days", "late_usage_hours"}
OPEN_WISHES_MAX = 5


class Office(Protocol):
    """All wallets by the names they go by, and who was what, when."""

    def own(self, account: UUID) -> Wallet: ...
    def rename(self, account: UUID, wallet: Wallet) -> None: ...
    def personal(self, account: UUID) -> Wallet: ...
    def began(self, wallet: Wallet, person: UUID, role: str, since: datetime) -> None: ...


def open_pool(office: Office, wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    """The account's own wallet becomes the pool; nothing moves (A11, T15).

    What was closed because he is a Member elsewhere opens for those who come (ADR 15).
    """
    organization, since = ask.effect
    account, wallet.kind, wallet.owner = wallet.owner, "ORGANIZATION", organization
    if wallet.closed_role == "MEMBER":
        reopen(wallet, now)
    wallet.people[account].role = "ADMINISTRATOR"
    wallet.people[account].mode = "unlimited"
    office.rename(organization, wallet)
    office.began(wallet, account, "ADMINISTRATOR", since)
    return accepted(ask, wallet)


def role(office: Office, wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    """Whoever comes and goes has no access; who comes again starts a new count (T2, R28)."""
    name, its_role, since = ask.effect
    own = office.own(name)
    person = wallet.people.get(name)
    if person is None:
        person = wallet.people[name] = Person(its_role)
    elif its_role != "REMOVED":
        person.counts.append(Count())
    person.role = its_role
    _disable(person)
    if its_role == "MEMBER":
        _shut(own, wallet.owner, name, "MEMBER", now)
    elif own.closed_by == wallet.owner:
        _open(own, name, now)
    office.began(wallet, name, its_role, since)
    return accepted(ask, wallet)


def administrator(office: Office, wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    """The pool has another Administrator; the former gets a wallet of his own (A11, T16)."""
    former, new, its_role, since = ask.effect
    if not administers(wallet, former):
        return refused(ask, "not_administrator")
    wallet.people[former].role = its_role
    _disable(wallet.people[former])
    wallet.people[new].role = "ADMINISTRATOR"
    _disable(wallet.people[new])
    wallet.people[new].mode = "unlimited"
    # No name leads to what was his own while he administers this pool.
    _shut(office.own(new), wallet.owner, new, "MEMBER", now)
    office.rename(new, wallet)
    own = office.personal(former)
    office.rename(former, own)
    if its_role == "MEMBER":
        _shut(own, wallet.owner, former, "MEMBER", now)
    elif own.closed_by == wallet.owner:
        _open(own, former, now)
    office.began(wallet, former, its_role, since)
    office.began(wallet, new, "ADMINISTRATOR", since)
    return accepted(ask, wallet)


def access(office: Office, wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    """The Administrator sets access; whoever has some may give it up himself (R20-R25, T5)."""
    by, name, mode, limit, period = ask.effect
    is_in = name in wallet.people and wallet.people[name].role != "REMOVED"
    gives_up = is_in and by == name and mode == "disabled"
    if not gives_up and not administers(wallet, by):
        return refused(ask, "not_administrator")
    refusal = _not_for(wallet, ask, name)
    if refusal is not None:
        return refusal
    return _set_access(office, wallet, ask, (name, mode, limit, period), now)


def edit(office: Office, wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    """Another limit; what is used stays used (R23, T10)."""
    by, name, limit = ask.effect
    if not administers(wallet, by):
        return refused(ask, "not_administrator")
    refusal = _not_for(wallet, ask, name)
    if refusal is not None:
        return refusal
    person = wallet.people[name]
    if person.quota is None:
        return refused(ask, "no_quota")
    if not limit:
        return refused(ask, "invalid_quota")
    renew(wallet, person, now)
    person.quota = limit
    return accepted(ask, wallet)


def restart_quota(office: Office, wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    """The count begins anew, in any mode, the Administrator's own too (R22, T12)."""
    by, name = ask.effect
    if not administers(wallet, by):
        return refused(ask, "not_administrator")
    person = wallet.people.get(name)
    if person is None or person.role == "REMOVED":
        return refused(ask, "not_in_organization")
    restart(wallet, person, now)
    return accepted(ask, wallet)


def request(office: Office, wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    by, mode, limit = ask.effect
    refusal = _not_for(wallet, ask, by)
    if refusal is not None:
        return refusal
    still_open = [w for w in wallet.wishes.values() if w.person == by and w.waits(now)]
    if len(still_open) >= OPEN_WISHES_MAX:
        return refused(ask, "rate_limited")
    wallet.wishes[ask.id] = Wish(by, mode, limit, now)
    return accepted(ask, wallet)


def decide(office: Office, wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    """What is approved is set; a Guest with credits of his own leaves the request open (R37)."""
    by, identifier, approve, limit = ask.effect
    if not administers(wallet, by):
        return refused(ask, "not_administrator")
    wish = wallet.wishes.get(identifier)
    if wish is None:
        return refused(ask, "unknown_request")
    if not wish.waits(now):
        return refused(ask, "request_decided")
    if not approve:
        wish.state = "declined"
        return accepted(ask, wallet)
    refusal = _not_for(wallet, ask, wish.person)
    if refusal is not None:
        return refusal
    if limit is not None and wish.mode != "quota":
        return refused(ask, "invalid_quota")
    period = wallet.people[wish.person].period if wish.mode == "quota" else None
    setting = (wish.person, wish.mode, limit or wish.quota, period)
    answer = _set_access(office, wallet, ask, setting, now)
    if not answer.binding:
        wish.state = "approved"
    return answer


def terms(office: Office, wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    """Some terms are the Administrator's to set, others the vendor's (A17)."""
    by, by_operator, changes = ask.effect
    named = dict(changes)
    if named.keys() & OF_OPERATORS and not by_operator:
        return refused(ask, "operator_required")
    if named.keys() - OF_OPERATORS and not administers(wallet, by):
        person = wallet.people.get(by)
        if person is None or person.role != "OWNER":
            return refused(ask, "not_administrator")
    wallet.terms = replace(wallet.terms, **named)
    return accepted(ask, wallet)


def administers(wallet: Wallet, name: UUID | None) -> bool:
    person = wallet.people.get(name) if name is not None else None
    return person is not None and person.role == "ADMINISTRATOR"


def _not_for(wallet: Wallet, ask: Ask, name: UUID) -> Answer | None:
    """Access and quotas are for Members and Guests (R25)."""
    person = wallet.people.get(name)
    if person is None or person.role == "REMOVED":
        return refused(ask, "not_in_organization")
    if person.role == "ADMINISTRATOR":
        return refused(ask, "quota_not_applicable_to_administrator")
    return None


def _set_access(
    office: Office,
    wallet: Wallet,
    ask: Ask,
    setting: tuple[UUID, str, int | None, str | None],
    now: datetime,
) -> Answer:
    name, mode, limit, period = setting
    person, own = wallet.people[name], office.own(name)
    if (mode == "quota") != bool(limit):
        return refused(ask, "invalid_quota")
    if mode != "disabled" and own.closed_by not in {None, wallet.owner}:
        return refused(ask, "already_in_another_organization")
    if person.role == "GUEST" and mode != "disabled":
        # One pool at a time (R36, R37): the own wallet closes while this one is open to him.
        if own.closed_by is None and own.is_active:
            return refused(ask, "guest_has_active_personal_credits")
        if own.closed_by is None:
            _shut(own, wallet.owner, name, "GUEST", now)
    elif person.role == "GUEST" and own.closed_by == wallet.owner:
        _open(own, name, now)
    renew(wallet, person, now)
    _disable(person)
    person.mode, person.quota, person.period = mode, limit, period
    if period is not None:
        person.renews_at = renewal(period, wallet.terms.zone, now)
    return accepted(ask, wallet)


def _disable(person: Person) -> None:
    person.mode = "disabled"
    person.quota = person.period = person.renews_at = None


def _shut(own: Wallet, by: UUID, name: UUID, its_role: str, now: datetime) -> None:
    """A pool is not closed because its Administrator is a Member elsewhere (ADR 15)."""
    if its_role == "MEMBER" and own.kind == "ORGANIZATION":
        return
    close(own, by, its_role, now)
    if own.people[name].role == "OWNER":
        own.people[name].mode = "disabled"


def _open(own: Wallet, name: UUID, now: datetime) -> None:
    reopen(own, now)
    if own.people[name].role == "OWNER":
        own.people[name].mode = "unlimited"

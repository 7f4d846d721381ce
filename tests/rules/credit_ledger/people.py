"""A pool with the own wallets of its people, valid by default; books.py has the rest."""

from uuid import UUID

from msgspec.structs import replace

from services.credit_ledger.rules.access_acts import (
    ChangeAdministrator,
    DecideRequest,
    EditQuota,
    RequestCredits,
    RestartQuota,
)
from services.credit_ledger.rules.acts import OpenPool, SetRole
from services.credit_ledger.rules.book import Access, Book, Decision, Lot, PersonRole, Refusal
from services.credit_ledger.rules.records import ClosedRole
from shared.contracts.credit_access import WishedMode
from shared.contracts.credits import AccessMode
from tests.builders import an_id
from tests.rules.credit_ledger.books import ANA, BEN, NOW, OWNER, a_book, applied


def an_own_book(*lots: Lot, owner: UUID = BEN, closed: ClosedRole | None = None) -> Book:
    """An own wallet without credits, open unless closed for the organization of a_book."""
    book = a_book(*lots)
    if not lots:
        book.lots, book.free, book.granted, book.seq = [], 0, 0, 0
    book.id, book.kind, book.owner = 2, "ACCOUNT", owner
    mode: AccessMode = "unlimited" if closed is None else "disabled"
    book.access = {owner: Access(owner, "OWNER", mode, None, 0, 0)}
    if closed is not None:
        book.closed_by, book.closed_role = OWNER, closed
    return book


def a_pool(ben: Access | None = None, *, own: Book | None = None) -> Book:
    """The pool of a_book; Ben has an own wallet beside it, closed when he draws on the pool."""
    book = a_book(ben=ben)
    access = book.access[BEN]
    assert access is not None
    is_closed = access.role == "MEMBER" or access.mode != "disabled"
    role: ClosedRole = "GUEST" if access.role == "GUEST" else "MEMBER"
    book.own = {BEN: own or an_own_book(closed=role if is_closed else None)}
    return book


def without_ben() -> Book:
    book = a_pool(own=an_own_book())
    book.access[BEN] = None
    return book


def state_of(access: Access | None) -> tuple[object, ...]:
    """Role, mode, quota, captured, held, count."""
    assert access is not None
    return (access.role, access.mode, access.quota, access.captured, access.held, access.count)


def closed_for(own: Book) -> tuple[object, object]:
    """The organization that closed an own wallet, and the role it closed it for."""
    return own.closed_by, own.closed_role


def own_decision(decision: Decision, person: UUID = BEN) -> Decision:
    """What a decision does to somebody's own wallet."""
    return dict(decision.own)[person]


def applied_to_both(book: Book, decided: Decision | Refusal) -> Decision:
    """Move the pool and the own wallets on, as the engine does."""
    decision = applied(book, decided)
    moved = [(book, decision), *((book.own[person], part) for person, part in decision.own)]
    for its_book, part in moved:
        if its_book is not book:
            applied(its_book, part)
        its_book.access.update({access.person: access for access in part.people})
    book.left += decision.records
    return decision


def a_role(role: PersonRole, person: UUID = BEN) -> SetRole:
    return SetRole(an_id(), OWNER, 1, person, role, NOW)


def an_opening(organization: UUID = OWNER) -> OpenPool:
    return OpenPool(an_id(), ANA, 1, organization, ANA, NOW)


def a_change(role: ClosedRole = "MEMBER") -> ChangeAdministrator:
    """Ben succeeds Ana."""
    return ChangeAdministrator(an_id(), OWNER, 1, ANA, BEN, role, NOW)


def an_edit(quota: int, *, by: UUID | None = ANA, person: UUID = BEN) -> EditQuota:
    return EditQuota(an_id(), OWNER, 1, by, person, quota)


def a_restart(*, by: UUID | None = ANA, person: UUID = BEN) -> RestartQuota:
    return RestartQuota(an_id(), OWNER, 1, by, person)


def a_request(
    mode: WishedMode = "quota", quota: int | None = 120, *, by: UUID | None = BEN
) -> RequestCredits:
    return RequestCredits(an_id(), OWNER, 1, by, mode, quota, "for the film")


def an_approval(
    request: RequestCredits, quota: int | None = None, *, by: UUID | None = ANA
) -> DecideRequest:
    return DecideRequest(
        an_id(), OWNER, 1, by, request.command, approve=True, quota=quota, answer=None
    )


def a_decline(request: RequestCredits) -> DecideRequest:
    approval = an_approval(request)
    return replace(approval, approve=False, answer="not this month")

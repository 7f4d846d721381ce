"""Shortfalls: what would have to be added at each limit that binds, and when it renews itself."""

from datetime import datetime

from msgspec import Struct

from services.credit_ledger.rules.acts import Authorize
from services.credit_ledger.rules.book import Access, Book, Refusal
from services.credit_ledger.rules.jobs import job_of
from services.credit_ledger.rules.limits import current
from shared.contracts.refusals import RefusalCode


class Shortfall(Struct, frozen=True):
    """A limit that binds: the credits missing there, none where no amount of them would help.

    A quota or cap that was lowered beneath its use lacks that difference, too (T10).
    """

    code: RefusalCode
    short: int | None = None
    resets_at: datetime | None = None


def shortfalls(
    book: Book, act: Authorize, refusal: Refusal, now: datetime
) -> tuple[Shortfall, ...]:
    """Say of each limit that refused an authorization what it lacks, in the order of refusals.

    The book is as it was when it was refused, for a refusal leaves it as it is.
    """
    access, _ = current(book, book.access[act.person], now)
    return tuple(_shortfall(book, access, act, code) for code in refusal.binding)


def _shortfall(book: Book, access: Access | None, act: Authorize, code: RefusalCode) -> Shortfall:
    match code:
        case RefusalCode.ORGANIZATION_IN_DEBT:
            return Shortfall(code, book.debt)
        case RefusalCode.POOL_INSUFFICIENT:
            return Shortfall(code, act.amount - book.free)
        case RefusalCode.JOB_CAP_EXCEEDED:
            job = job_of(book, act.job, act.max_credits)
            assert job is not None
            assert job.cap is not None
            return Shortfall(code, job.held + job.captured + act.amount - job.cap)
        case RefusalCode.QUOTA_EXCEEDED:
            assert access is not None
            assert access.quota is not None
            used = access.captured + access.held
            return Shortfall(code, used + act.amount - access.quota, access.renews_at)
    return Shortfall(code)

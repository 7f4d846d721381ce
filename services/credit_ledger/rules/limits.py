"""The limits every debit, hold and extension meets, in the fixed order of refusals."""

from datetime import datetime

from msgspec.structs import replace

from services.credit_ledger.rules.book import Access, Book, Decision, Refusal
from services.credit_ledger.rules.counts import restarted
from services.credit_ledger.rules.jobs import left_of
from services.credit_ledger.rules.records import Job
from shared.contracts.refusals import RefusalCode

# What a person brings along whose count did not begin anew.
NOTHING = Decision()


def passes(book: Book, access: Access, amount: int, job: Job | None) -> bool:
    """Tell the common case, in which no limit binds, without naming any."""
    quota = access.quota
    return (
        access.mode != "disabled"
        and not book.debt
        and (quota is None or access.captured + access.held + amount <= quota)
        and amount <= book.free
        and (job is None or amount <= left_of(job))
    )


def binding(
    book: Book,
    access: Access | None,
    amount: int,
    job: Job | None,
    *,
    barred: str | None = None,
) -> tuple[Refusal | None, tuple[RefusalCode, ...]]:
    """Name every limit that binds (conventions 6), and those that only an observer is told of.

    Where quotas are only observed, a quota that does not cover the amount refuses nothing (R51).
    `barred` is a product that the person may not use.
    """
    if access is None:
        return Refusal((RefusalCode.NOT_IN_ORGANIZATION,), "access"), ()
    found: list[Refusal] = []
    flags: tuple[RefusalCode, ...] = ()
    if access.mode == "disabled":
        found.append(Refusal((RefusalCode.CREDIT_ACCESS_DISABLED,), "access"))
    if barred is not None:
        found.append(Refusal((RefusalCode.NO_ENTITLEMENT,), "product", product=barred))
    if book.debt:
        found.append(Refusal((RefusalCode.ORGANIZATION_IN_DEBT,), "debt", book.debt, 0))
    if job is not None and amount > left_of(job):
        found.append(Refusal((RefusalCode.JOB_CAP_EXCEEDED,), "job", job.cap, left_of(job)))
    quota = _quota(access, amount)
    if quota is not None and book.terms.observe:
        flags = quota.binding
    elif quota is not None:
        found.append(quota)
    if amount > book.free:
        found.append(Refusal((RefusalCode.POOL_INSUFFICIENT,), "pool", book.free, book.free))
    if not found:
        return None, flags
    codes = tuple(refusal.code for refusal in found)
    return replace(found[0], binding=codes), ()


def admitted(
    book: Book, access: Access, amount: int, job: Job | None
) -> tuple[RefusalCode, ...] | Refusal:
    """Hold an amount against every limit: the refusal, or what only an observer is told of."""
    if passes(book, access, amount, job):
        return ()
    refusal, flags = binding(book, access, amount, job)
    return flags if refusal is None else refusal


def quota_left(book: Book, access: Access) -> int:
    """Tell what the quota leaves of the pool (R53); without a quota, or observed, all of it."""
    if access.quota is None or book.terms.observe:
        return book.free
    return min(book.free, max(0, access.quota - access.captured - access.held))


def current(book: Book, access: Access | None, now: datetime) -> tuple[Access | None, Decision]:
    """Look at a person's access as of now: a quota with a period may have begun anew (A7)."""
    if access is None or access.renews_at is None or now < access.renews_at:
        return access, NOTHING
    renewed, ended = restarted(book, access, now)
    return renewed, ended


def following(renewed: Decision, decision: Decision) -> Decision:
    """Put what a decision leaves behind the new count that it begins with."""
    if renewed is NOTHING:
        return decision
    return replace(
        decision,
        records=renewed.records + decision.records,
        says=renewed.says + decision.says,
    )


def _quota(access: Access, amount: int) -> Refusal | None:
    if access.quota is None:
        return None
    left = max(0, access.quota - access.captured - access.held)
    if amount <= left:
        return None
    return Refusal((RefusalCode.QUOTA_EXCEEDED,), "quota", access.quota, left)

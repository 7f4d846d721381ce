"""Jobs with a cap of their own: what their holds and usage lines may take together."""

from typing import Final

from msgspec.structs import replace

from services.credit_ledger.rules.book import Book
from services.credit_ledger.rules.records import Job

NO_LIMIT: Final = 2**63 - 1


def job_of(book: Book, name: str | None, cap: int | None = None) -> Job | None:
    """Find a job that has a cap, or gets one now; most have none and are not counted."""
    if name is None:
        return None
    known = book.jobs.get(name)
    if cap is None:
        return known
    return Job(name, cap, 0, 0) if known is None else replace(known, cap=cap)


def left_of(job: Job) -> int:
    """Tell what a job's cap leaves."""
    return NO_LIMIT if job.cap is None else max(0, job.cap - job.held - job.captured)


def moved(job: Job | None, *, held: int = 0, captured: int = 0) -> tuple[Job, ...]:
    """Count what a job's holds and usage lines took, or gave back."""
    if job is None:
        return ()
    return (replace(job, held=job.held + held, captured=job.captured + captured),)

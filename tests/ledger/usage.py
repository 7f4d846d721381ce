"""Work that is charged, and the table of usage filled from it as the ledger's timer does."""

from uuid import UUID

from services.credit_ledger.rules.acts import Act
from services.credit_ledger.store import projecting
from shared.contracts.credits import AuthorizeHold, ReportUsage, UsageLine
from shared.contracts.work import Work
from shared.postgres.pool import Connection
from tests.ledger.acts import CREDIT, an_id, asked


def a_work(
    *,
    project: str | None = None,
    product: str | None = None,
    node: str | None = None,
    frames: tuple[int, int] | None = None,
    tags: dict[str, str] | None = None,
) -> Work:
    first, last = frames or (None, None)
    return Work(
        project=project,
        product=product,
        node=node,
        frame_first=first,
        frame_last=last,
        tags=tags or {},
    )


def a_charge(
    owner: UUID,
    person: UUID,
    amount: int = CREDIT,
    *,
    job: str | None = None,
    work: Work | None = None,
    id: UUID | None = None,
) -> Act:
    """A usage line that costs credits."""
    line = UsageLine(id=id or an_id(), account_id=person, credits=amount, job=job, work=work)
    return asked(ReportUsage(lines=(line,)), owner)


def a_hold_for(
    owner: UUID, person: UUID, amount: int, *, job: str, work: Work | None, id: UUID
) -> Act:
    return asked(AuthorizeHold(amount=amount, job=job, work=work), owner, by=person, id=id)


async def project_all(connection: Connection) -> None:
    """Bring the table of usage up to the journal."""
    while spans := await projecting.unread(connection):
        for portion in projecting.portions(spans):
            assert await projecting.project(connection, portion)

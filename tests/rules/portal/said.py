"""What services say that people get letters of."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.portal.awaiting import telling
from services.portal.bulk import carrying
from services.portal.mail.letters import letters_about
from services.portal.mail.writing import words_of
from services.portal.store.awaited import Awaited, Kind
from services.portal.store.letters import NewLetter
from services.portal.store.uploads import Upload
from shared.bulk.results import Outcome, Result
from shared.bulk.table import Row
from shared.bulk.wishes import Wrong
from shared.contracts.credit_facts import DebtLine, DebtRaised
from shared.contracts.credit_notices import (
    CreditsExpiring,
    CreditsRequested,
    ExpiringLine,
    PoolLow,
    PoolLowLine,
    QuotaReached,
    QuotaReachedLine,
    RequestApproved,
    RequestDeclined,
    RequestLine,
)
from shared.contracts.membership import MemberAdded
from shared.contracts.message import FactData
from shared.contracts.organizations import OrganizationActivated, SetupRejected
from shared.contracts.refusals import RefusalCode
from shared.contracts.transfers import AdministratorChanged, TransferEnded, TransferRequested
from tests.builders import LUMEN, an_id
from tests.speaking import a_fact

AT = datetime(2027, 1, 31, 21, 59, tzinfo=UTC)
ORGANIZATION, ANA, BEN = an_id(), an_id(), an_id()
AN_UPLOAD = Upload(
    id=an_id(),
    organization_id=ORGANIZATION,
    account_id=ANA,
    digest="",
    name="people.csv",
    content=b"",
    state="APPLYING",
    total=1,
    done=1,
    results=None,
    receipt=None,
    trouble=None,
    uploaded_at=AT,
    begun_at=AT,
    ended_at=None,
)
OF_POOL: dict[str, Any] = {"owner": ORGANIZATION, "available": 6_000_000}


def a_wish(**changes: Any) -> RequestLine:  # noqa: ANN401 -- any field
    valid = {
        "request_id": an_id(),
        "account_id": BEN,
        "mode": "quota",
        "limit": 200_000_000,
        "reason": "A trailer is due on Friday.",
    }
    return RequestLine.model_validate({**valid, **changes})


def quotas(*thresholds: int) -> QuotaReached:
    lines = tuple(
        QuotaReachedLine(account_id=BEN, threshold=one, limit=60_000_000, used=54_000_000)
        for one in thresholds
    )
    return QuotaReached(**OF_POOL, lines=lines)


def debt(*amounts: tuple[int, int]) -> DebtRaised:
    lines = tuple(DebtLine(lot=1, amount=amount, debt=owed) for amount, owed in amounts)
    return DebtRaised(**OF_POOL, lines=lines)


def added(**changes: Any) -> MemberAdded:  # noqa: ANN401 -- any field
    valid = {
        "organization_id": ORGANIZATION,
        "account_id": BEN,
        "role": "GUEST",
        "added_at": AT,
        "invited": True,
    }
    return MemberAdded.model_validate({**valid, **changes})


def ended(state: str) -> TransferEnded:
    return TransferEnded.model_validate(
        {
            "transfer_id": an_id(),
            "organization_id": ORGANIZATION,
            "to_account_id": BEN,
            "state": state,
            "ended_at": AT,
        }
    )


def activated(origin: str) -> OrganizationActivated:
    return OrganizationActivated.model_validate(
        {
            "organization_id": ORGANIZATION,
            "administrator_id": ANA,
            "activated_at": AT,
            "origin": origin,
        }
    )


LOW = PoolLow(
    **OF_POOL,
    lines=(
        PoolLowLine(threshold=20, mark=500_000_000),
        PoolLowLine(threshold=5, mark=500_000_000),
    ),
)
EXPIRING = CreditsExpiring(
    **OF_POOL,
    lines=(
        ExpiringLine(lot=1, amount=7_000_000, expires_at=AT.replace(year=2028)),
        ExpiringLine(lot=2, amount=5_500_000, expires_at=AT),
    ),
)
OFFERED = TransferRequested(
    transfer_id=an_id(),
    organization_id=ORGANIZATION,
    from_account_id=ANA,
    to_account_id=BEN,
    requested_at=AT,
    expires_at=AT,
)
CHANGED = AdministratorChanged(
    organization_id=ORGANIZATION,
    from_account_id=ANA,
    to_account_id=BEN,
    from_role="MEMBER",
    changed_at=AT,
)
REJECTED = SetupRejected(
    request_id=an_id(), organization_id=ORGANIZATION, account_id=ANA, rejected_at=AT
)


def await_of(
    *, amount: int | None = None, product: str | None = None, person_id: UUID | None = None
) -> Awaited:
    kind: Kind = "pool_has" if amount else "seat_free" if product else "access_opens"
    return Awaited(an_id(), ANA, ORGANIZATION, kind, amount, product, person_id, AT, AT)


def every_letter() -> Iterator[NewLetter]:
    wishes = (a_wish(), a_wish(mode="unlimited", limit=None, reason=None))
    said: tuple[FactData, ...] = (
        *(added(), added(invited=False), activated("CONFIRMED"), REJECTED, LOW, quotas(100)),
        *(EXPIRING, debt((34_000_000, 34_000_000)), OFFERED, ended("DECLINED")),
        *(ended("EXPIRED"), ended("CANCELLED"), CHANGED),
        CreditsRequested(**OF_POOL, lines=wishes),
        RequestApproved(**OF_POOL, lines=wishes),
        RequestDeclined(**OF_POOL, lines=wishes),
    )
    for data in said:
        yield from letters_about(a_fact(data, subject=ORGANIZATION))
    for reason in words_of()["troubles"]:
        facts = {"webhook_id": str(an_id()), "reason": reason}
        yield NewLetter(an_id(), "webhook_disabled", facts, organization_id=ORGANIZATION)
    for awaited in (await_of(amount=100_000_000), await_of(product=LUMEN), await_of(person_id=BEN)):
        yield telling.letter_of(awaited)
    row = Row(2, {}, Wrong(RefusalCode.MALFORMED, "action: is missing"))
    outcomes: tuple[Outcome, ...] = ("done", "stopped")
    for outcome in outcomes:
        yield carrying.letter_of(an_id(), AN_UPLOAD, [Result(row, outcome)])

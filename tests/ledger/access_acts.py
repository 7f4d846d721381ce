"""Acts about people and their access, valid by default; acts.py has the rest."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.credit_ledger.rules.access_acts import ChangeAdministrator
from services.credit_ledger.rules.acts import Act, SetRole
from services.credit_ledger.rules.book import BEGINNING, PersonRole
from services.credit_ledger.rules.records import ClosedRole
from shared.contracts.credit_access import (
    DecideRequest,
    EditQuota,
    RequestCredits,
    RestartQuota,
    WishedMode,
)
from shared.contracts.credit_terms import SetPoolTerms
from shared.contracts.credits import QuotaPeriod, SetCreditAccess
from tests.ledger.acts import CREDIT, an_id, asked


def a_role_at(organization: UUID, person: UUID, role: PersonRole, at: datetime) -> Act:
    return SetRole(an_id(), organization, 1, person, role, at)


def a_succession(
    organization: UUID,
    former: UUID,
    chosen: UUID,
    role: ClosedRole = "MEMBER",
    *,
    at: datetime = BEGINNING,
    id: UUID | None = None,
) -> Act:
    return ChangeAdministrator(id or an_id(), organization, 1, former, chosen, role, at)


def a_renewed_quota(
    organization: UUID, person: UUID, limit: int, period: QuotaPeriod, *, by: UUID
) -> Act:
    data = SetCreditAccess(account_id=person, mode="quota", limit=limit, period=period)
    return asked(data, organization, by=by)


def an_edit(organization: UUID, person: UUID, limit: int, *, by: UUID) -> Act:
    return asked(EditQuota(account_id=person, limit=limit), organization, by=by)


def a_restart(organization: UUID, person: UUID, *, by: UUID) -> Act:
    return asked(RestartQuota(account_id=person), organization, by=by)


def a_request(
    organization: UUID,
    mode: WishedMode = "quota",
    limit: int | None = 120 * CREDIT,
    *,
    by: UUID,
    id: UUID | None = None,
) -> Act:
    data = RequestCredits(mode=mode, limit=limit, reason="for the film")
    return asked(data, organization, by=by, id=id)


def an_answer(
    organization: UUID,
    request: UUID,
    *,
    by: UUID,
    approve: bool = True,
    limit: int | None = None,
    id: UUID | None = None,
) -> Act:
    data = DecideRequest(request_id=request, approve=approve, limit=limit)
    return asked(data, organization, by=by, id=id)


def some_terms(
    organization: UUID,
    *,
    by: UUID | None = None,
    actor: str = "farm",
    id: UUID | None = None,
    **terms: Any,  # noqa: ANN401  # any of the terms
) -> Act:
    return asked(SetPoolTerms.model_construct(**terms), organization, by=by, actor=actor, id=id)

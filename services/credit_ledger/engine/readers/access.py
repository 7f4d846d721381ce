"""Access: who may draw on a pool, and how much."""

from services.credit_ledger.engine.contents import content_of, fast
from services.credit_ledger.engine.readers.envelope import Envelope, Reader
from services.credit_ledger.rules import access_acts as acts
from services.credit_ledger.rules.acts import Act, SetAccess
from shared.contracts.credit_access import (
    DecideRequest,
    EditQuota,
    RequestCredits,
    RestartQuota,
)
from shared.contracts.credits import SetCreditAccess
from shared.contracts.message import CommandData


def _set_access(envelope: Envelope, data: SetCreditAccess) -> list[Act]:
    person, by = fast(data.account_id), envelope.by
    period = () if data.period is None else (data.period,)
    content = content_of("access", by and by.int, person.int, data.mode, data.limit, *period)
    return [
        SetAccess(
            envelope.id,
            envelope.owner,
            content,
            by,
            person,
            data.mode,
            data.limit,
            data.period,
            envelope.door,
        )
    ]


def _edit_quota(envelope: Envelope, data: EditQuota) -> list[Act]:
    person, by = fast(data.account_id), envelope.by
    content = content_of("edit_quota", by and by.int, person.int, data.limit)
    return [
        acts.EditQuota(envelope.id, envelope.owner, content, by, person, data.limit, envelope.door)
    ]


def _restart_quota(envelope: Envelope, data: RestartQuota) -> list[Act]:
    person, by = fast(data.account_id), envelope.by
    content = content_of("restart_quota", by and by.int, person.int)
    return [acts.RestartQuota(envelope.id, envelope.owner, content, by, person, envelope.door)]


def _request(envelope: Envelope, data: RequestCredits) -> list[Act]:
    by = envelope.by
    content = content_of("request", by and by.int, data.mode, data.limit, data.reason)
    return [
        acts.RequestCredits(
            envelope.id, envelope.owner, content, by, data.mode, data.limit, data.reason
        )
    ]


def _decide(envelope: Envelope, data: DecideRequest) -> list[Act]:
    request, by = fast(data.request_id), envelope.by
    content = content_of(
        "decide_request", by and by.int, request.int, data.approve, data.limit, data.reason
    )
    return [
        acts.DecideRequest(
            envelope.id,
            envelope.owner,
            content,
            by,
            request,
            data.approve,
            data.limit,
            data.reason,
            door=envelope.door,
        )
    ]


READERS: dict[type[CommandData], Reader] = {
    SetCreditAccess: _set_access,
    EditQuota: _edit_quota,
    RestartQuota: _restart_quota,
    RequestCredits: _request,
    DecideRequest: _decide,
}

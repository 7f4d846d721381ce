"""Holds: authorized, extended, captured, voided."""

import orjson

from services.credit_ledger.engine.contents import content_of, fast, given
from services.credit_ledger.engine.readers.envelope import Envelope, Reader
from services.credit_ledger.engine.readers.work import effect_of, work_done
from services.credit_ledger.rules.acts import Act, Authorize, Capture, Void
from services.credit_ledger.rules.hold_acts import Extend
from shared.contracts.credits import AuthorizeHold, CaptureHold, ExtendHold, VoidHold
from shared.contracts.message import CommandData


def _authorize(envelope: Envelope, data: AuthorizeHold) -> list[Act]:
    person = envelope.by
    assert person is not None
    content = content_of(
        "authorize",
        person.int,
        data.amount,
        data.lease_seconds,
        *given(data.max_credits, data.job, data.product),
    )
    return [
        Authorize(
            envelope.id,
            envelope.owner,
            content,
            person,
            data.amount,
            data.lease_seconds,
            data.job,
            data.max_credits,
            _about(data),
            data.product,
            envelope.speaker,
        )
    ]


def _about(data: AuthorizeHold) -> str | None:
    """Keep what the hold is for as JSON: it describes each of its captures."""
    work = work_done(data.work, None, node=data.node, product=data.product)
    if work is None:
        return None
    fields = ((name, getattr(work, name)) for name in work.__struct_fields__)
    told = {name: value for name, value in fields if value is not None}
    return orjson.dumps(told, default=str).decode()


def _capture(envelope: Envelope, data: CaptureHold) -> list[Act]:
    hold, amount = fast(data.hold_id), data.amount or 0
    effect = effect_of(data.work, data.measured)
    content = content_of("capture", hold.int, amount, data.final, *effect)
    return [
        Capture(
            envelope.id,
            envelope.owner,
            content,
            hold,
            amount,
            data.final,
            envelope.body.decode(),
            envelope.reply_to,
            work=work_done(data.work, data.measured),
            speaker=envelope.speaker,
        )
    ]


def _extend(envelope: Envelope, data: ExtendHold) -> list[Act]:
    hold = fast(data.hold_id)
    content = content_of("extend", hold.int, data.amount, data.lease_seconds, *given(data.metered))
    return [
        Extend(
            envelope.id,
            envelope.owner,
            content,
            hold,
            data.amount,
            data.lease_seconds,
            data.metered,
            envelope.body.decode(),
            envelope.reply_to,
            speaker=envelope.speaker,
        )
    ]


def _void(envelope: Envelope, data: VoidHold) -> list[Act]:
    hold = fast(data.hold_id)
    content = content_of("void", hold.int)
    return [
        Void(
            envelope.id,
            envelope.owner,
            content,
            hold,
            envelope.body.decode(),
            envelope.reply_to,
            speaker=envelope.speaker,
        )
    ]


READERS: dict[type[CommandData], Reader] = {
    AuthorizeHold: _authorize,
    ExtendHold: _extend,
    CaptureHold: _capture,
    VoidHold: _void,
}

"""From a command as it came to what the rules decide upon, with the hash of its effect."""

from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson

from services.credit_ledger.rules.acts import Act, Authorize, Capture, Debit, SetAccess, Void
from services.credit_ledger.store.loading import Parked
from shared.contracts.catalogue import COMMAND_BY_TYPE
from shared.contracts.credits import (
    AuthorizeHold,
    CaptureHold,
    ReportUsage,
    SetCreditAccess,
    VoidHold,
)
from shared.contracts.message import Command

CONTENT_VERSION = 1
UUID_VERSION = 7
SKEW_MILLISECONDS_MAX = 10 * 60 * 1000


def content_of(*effect: object) -> int:
    """Hash every field that changes the effect; the version of the recipe is the top byte."""
    digest = blake2b(repr(effect).encode(), digest_size=7).digest()
    return CONTENT_VERSION << 56 | int.from_bytes(digest)


def is_from_the_future(identifier: UUID, now: datetime) -> bool:
    """Tell whether a UUIDv7 was minted more than ten minutes from now (A18)."""
    return (identifier.int >> 80) > now.timestamp() * 1000 + SKEW_MILLISECONDS_MAX


def is_uuid7(identifier: UUID) -> bool:
    """Tell whether an id is a UUIDv7, as every command's and line's has to be."""
    return (identifier.int >> 76) & 0xF == UUID_VERSION


def acts_of(command: Command[Any], body: bytes, reply_to: str | None) -> list[Act]:
    """Turn a ledger command into acts: one, or one per usage line."""
    data = command.data
    assert command.owner is not None
    match data:
        case ReportUsage():
            return [
                Debit(
                    line.id,
                    command.owner,
                    content_of("debit", line.account_id.int, line.credits),
                    line.account_id,
                    line.credits,
                    line.job,
                )
                for line in data.lines
            ]
        case AuthorizeHold():
            return [_authorize(command, data)]
        case CaptureHold():
            content = content_of("capture", data.hold_id.int, data.amount, data.final)
            return [
                Capture(
                    command.id, command.owner, content, data.hold_id, data.amount, data.final,
                    body.decode(), reply_to,
                )
            ]  # fmt: skip
        case VoidHold():
            content = content_of("void", data.hold_id.int)
            return [Void(command.id, command.owner, content, data.hold_id, body.decode(), reply_to)]
        case SetCreditAccess():
            return [_set_access(command, data)]
    message = f"{command.type} is not the ledger's"
    raise AssertionError(message)


def waiting_act(parked: Parked) -> Act:
    """Read a parked command again."""
    command = COMMAND_BY_TYPE[orjson.loads(parked.body)["type"]].model_validate_json(parked.body)
    [act] = acts_of(command, parked.body.encode(), parked.reply_to)
    return act


def _authorize(command: Command[Any], data: AuthorizeHold) -> Authorize:
    assert command.owner is not None
    assert command.on_behalf_of is not None
    content = content_of("authorize", command.on_behalf_of.int, data.amount, data.lease_seconds)
    return Authorize(
        command.id, command.owner, content, command.on_behalf_of, data.amount, data.lease_seconds,
        data.job,
    )  # fmt: skip


def _set_access(command: Command[Any], data: SetCreditAccess) -> SetAccess:
    assert command.owner is not None
    by = command.on_behalf_of
    content = content_of("access", by and by.int, data.account_id.int, data.mode, data.limit)
    return SetAccess(command.id, command.owner, content, by, data.account_id, data.mode, data.limit)

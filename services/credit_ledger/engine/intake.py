"""From a command as it came to what the rules decide upon, with the hash of its effect."""

from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson
from asyncpg.pgproto.pgproto import UUID as DriverUUID  # noqa: N811  # keeps its own case

from services.credit_ledger.rules.acts import Act, Authorize, Capture, Debit, SetAccess, Void
from services.credit_ledger.store.loading import Parked
from shared.contracts.catalogue import COMMAND_BY_TYPE
from shared.contracts.credits import (
    AuthorizeHold,
    CaptureHold,
    ReportUsage,
    SetCreditAccess,
    UsageLine,
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
    data, owner, identifier = command.data, _fast(command.owner), _fast(command.id)
    match data:
        case ReportUsage():
            return [_debit(owner, line) for line in data.lines]
        case AuthorizeHold():
            person = _fast(command.on_behalf_of)
            effect = ("authorize", person.int, data.amount, data.lease_seconds)
            amount, seconds = data.amount, data.lease_seconds
            content = content_of(*effect)
            return [Authorize(identifier, owner, content, person, amount, seconds, data.job)]
        case CaptureHold():
            hold, amount, final = _fast(data.hold_id), data.amount, data.final
            content = content_of("capture", hold.int, amount, final)
            text = body.decode()
            return [Capture(identifier, owner, content, hold, amount, final, text, reply_to)]
        case VoidHold():
            hold = _fast(data.hold_id)
            content = content_of("void", hold.int)
            return [Void(identifier, owner, content, hold, body.decode(), reply_to)]
        case SetCreditAccess():
            by = None if command.on_behalf_of is None else _fast(command.on_behalf_of)
            return [_set_access(identifier, owner, by, data)]
    message = f"{command.type} is not the ledger's"
    raise AssertionError(message)


def waiting_act(parked: Parked) -> Act:
    """Read a parked command again."""
    command = COMMAND_BY_TYPE[orjson.loads(parked.body)["type"]].model_validate_json(parked.body)
    [act] = acts_of(command, parked.body.encode(), parked.reply_to)
    return act


def _debit(owner: UUID, line: UsageLine) -> Debit:
    person = _fast(line.account_id)
    content = content_of("debit", person.int, line.credits)
    return Debit(_fast(line.id), owner, content, person, line.credits, line.job)


def _set_access(identifier: UUID, owner: UUID, by: UUID | None, data: SetCreditAccess) -> SetAccess:
    person = _fast(data.account_id)
    content = content_of("access", by and by.int, person.int, data.mode, data.limit)
    return SetAccess(identifier, owner, content, by, person, data.mode, data.limit)


def _fast(identifier: UUID | None) -> UUID:
    """Use the driver's own UUID inside: it hashes, compares and prints several times faster."""
    assert identifier is not None
    return DriverUUID(identifier.bytes)

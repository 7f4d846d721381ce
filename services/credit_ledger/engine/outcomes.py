"""What came of each command, in memory; the door turns it into a verdict."""

from typing import NamedTuple
from uuid import UUID

import orjson

from services.credit_ledger.rules.acts import Act, Authorize, Capture, Debit, Void
from services.credit_ledger.rules.book import Decision, Kind, Refusal
from services.credit_ledger.store.loading import Decided
from shared.contracts.message import Limit, Refused, Verdict, refuse
from shared.contracts.money import format_credits
from shared.contracts.refusals import RefusalCode

REUSED = Refusal((RefusalCode.IDEMPOTENCY_KEY_REUSED,), "id")
MOVED_BY = {
    Kind.GRANTED: "amount",
    Kind.AUTHORIZED: "amount",
    Kind.CAPTURED: "captured",
    Kind.DEBITED: "captured",
    Kind.RELEASED: "released",
    Kind.VOIDED: "released",
    Kind.LAPSED: "released",
}


class Outcome(NamedTuple):
    """The end of one command: refused, or what moved in microcredits and what is available.

    `parked` commands have no end yet; `reply_to` is set on one that waited and was answered late.
    """

    command: UUID
    refusal: Refusal | None = None
    moved: dict[str, int] | None = None
    available: int = 0
    duplicate: bool = False
    parked: bool = False
    reply_to: str | None = None


def accepted(act: Act, decision: Decision, available: int) -> Outcome:
    """Describe an accepted command by what it moved."""
    if type(act) is Debit:
        return Outcome(act.command, None, {"captured": act.amount}, available)
    if type(act) is Authorize:
        return Outcome(act.command, None, {"amount": act.amount}, available)
    moved: dict[str, int] = {}
    if type(act) is Capture:
        moved = {"captured": act.amount, "released": 0}
    elif type(act) is Void:
        moved = {"released": 0}
    for transfer in decision.transfers:
        name = MOVED_BY.get(Kind(transfer.kind))
        if name and not (type(act) is Capture and name == "captured"):
            moved[name] = moved.get(name, 0) + transfer.amount
    return Outcome(act.command, None, moved, available)


def again(act: Act, decided: list[Decided]) -> Outcome:
    """Give the remembered verdict, unless the id comes with other content now."""
    first = decided[0]
    if first.content != act.content:
        return Outcome(act.command, REUSED, duplicate=True)
    if first.result is not None:
        return _remembered(act, first)
    moved: dict[str, int] = {"captured": 0, "released": 0} if type(act) is Capture else {}
    for row in decided:
        name = MOVED_BY.get(Kind(row.kind))
        if name:
            moved[name] = moved.get(name, 0) + row.amount
    return Outcome(act.command, None, moved, decided[-1].balance, duplicate=True)


def to_json(outcome: Outcome) -> str:
    """Write an outcome for the table of verdicts."""
    refusal = outcome.refusal
    if refusal is None:
        return orjson.dumps({"moved": outcome.moved, "available": outcome.available}).decode()
    return orjson.dumps(refusal._asdict()).decode()


def to_wire(outcome: Outcome) -> dict[str, object]:
    """Write an outcome as a verdict of a reply frame."""
    if outcome.refusal is not None:
        verdict = Verdict(id=outcome.command, refused=to_refused(outcome.refusal))
        return verdict.model_dump(mode="json", exclude_none=True)
    moved = outcome.moved or {}
    result = {name: format_credits(amount) for name, amount in moved.items()}
    result["available"] = format_credits(outcome.available)
    return {"id": outcome.command, "result": result}


def to_refused(refusal: Refusal) -> Refused:
    """Explain a refusal to the caller: the limit that bound, and who can lift it."""
    limit = None
    if refusal.limit is not None:
        limit = Limit(
            name=refusal.limit,
            value=None if refusal.value is None else format_credits(refusal.value),
            left=None if refusal.left is None else format_credits(refusal.left),
        )
    return refuse(refusal.code, limit=limit, binding=refusal.binding)


def _remembered(act: Act, decided: Decided) -> Outcome:
    stored = orjson.loads(decided.result or "{}")
    if decided.accepted:
        return Outcome(act.command, None, stored["moved"], stored["available"], duplicate=True)
    binding = tuple(RefusalCode(code) for code in stored["binding"])
    refusal = Refusal(binding, stored["limit"], stored["value"], stored["left"])
    return Outcome(act.command, refusal, duplicate=True)

"""What came of each command, in memory; the door turns it into a verdict."""

from collections.abc import Iterable
from uuid import UUID

import orjson
from msgspec import Struct

from services.credit_ledger.rules.acts import Act, Authorize, Capture, Debit, Grant
from services.credit_ledger.rules.book import Decision, Refusal, Transfer
from services.credit_ledger.rules.chart import Kind
from services.credit_ledger.rules.effects import is_same
from services.credit_ledger.rules.hold_acts import Extend
from services.credit_ledger.rules.purchase_acts import PurchaseAct
from services.credit_ledger.store.loading import Decided
from shared.contracts.message import Limit, Refused, Verdict, refuse
from shared.contracts.money import format_credits
from shared.contracts.refusals import RefusalCode

REUSED = Refusal((RefusalCode.IDEMPOTENCY_KEY_REUSED,), "id")
AMOUNTS = frozenset({Kind.GRANTED, Kind.AUTHORIZED})
CAPTURES = frozenset({Kind.CAPTURED, Kind.DEBITED})
RELEASES = frozenset({Kind.RELEASED, Kind.VOIDED, Kind.LAPSED})


class Outcome(Struct, frozen=True, gc=False):
    """The end of one command: refused, or what moved in microcredits and what is available.

    `parked` commands have no end yet; `reply_to` is set on one that waited and was answered late.
    `extra` are further fields of the verdict, ready for the wire.
    """

    command: UUID
    refusal: Refusal | None = None
    amount: int | None = None
    captured: int | None = None
    released: int | None = None
    available: int = 0
    duplicate: bool = False
    parked: bool = False
    reply_to: str | None = None
    extra: dict[str, object] | None = None


def accepted(act: Act, decision: Decision, available: int) -> Outcome:
    """Describe an accepted command by what it moved."""
    extra = _extra(decision)
    if isinstance(act, Debit):
        return Outcome(act.command, None, None, act.amount, None, available, extra=extra)
    if isinstance(act, Authorize | Grant | Extend):
        return Outcome(act.command, None, act.amount, None, None, available, extra=extra)
    if isinstance(act, PurchaseAct):
        # Its rule says what the answer is: what it moved is of several kinds.
        return Outcome(act.command, available=available, extra=extra)
    moved = decision.transfers
    kinds = {transfer.kind for transfer in moved}
    capture = isinstance(act, Capture)
    return Outcome(
        act.command,
        amount=_sum(moved, AMOUNTS) if kinds & AMOUNTS and not capture else None,
        captured=_sum(moved, CAPTURES) if kinds & CAPTURES or capture else None,
        released=_sum(moved, RELEASES) if kinds & RELEASES or decision.hold is not None else None,
        available=available,
        extra=extra,
    )


def again(act: Act, decided: list[Decided]) -> Outcome:
    """Give the remembered verdict, unless the id comes with other content now."""
    if not is_same(decided[0].content, act.content):
        return Outcome(act.command, REUSED, duplicate=True)
    for row in decided:
        if row.result is not None:
            return _remembered(act, row)
    kinds = {row.kind for row in decided}
    capture = type(act) is Capture
    return Outcome(
        act.command,
        amount=_sum(decided, AMOUNTS) if kinds & AMOUNTS and not capture else None,
        captured=_sum(decided, CAPTURES) if kinds & CAPTURES or capture else None,
        released=_sum(decided, RELEASES) if kinds & RELEASES or capture else None,
        available=decided[-1].balance,
        duplicate=True,
    )


def to_json(outcome: Outcome) -> str:
    """Write an outcome for the table of verdicts."""
    if outcome.refusal is not None:
        refusal = outcome.refusal
        told: dict[str, object] = {
            "binding": refusal.binding,
            "limit": refusal.limit,
            "value": refusal.value,
            "left": refusal.left,
        }
        for name in ("product", "message"):
            if (value := getattr(refusal, name)) is not None:
                told[name] = value
        return orjson.dumps(told).decode()
    moved = {
        "amount": outcome.amount,
        "captured": outcome.captured,
        "released": outcome.released,
        "available": outcome.available,
        "extra": outcome.extra,
    }
    return orjson.dumps(moved).decode()


def to_wire(outcome: Outcome) -> dict[str, object]:
    """Write an outcome as a verdict of a reply frame."""
    if outcome.refusal is not None:
        verdict = Verdict(id=outcome.command, refused=to_refused(outcome.refusal))
        return verdict.model_dump(mode="json", exclude_none=True)
    result: dict[str, object] = {}
    if outcome.amount is not None:
        result["amount"] = format_credits(outcome.amount)
    if outcome.captured is not None:
        result["captured"] = format_credits(outcome.captured)
    if outcome.released is not None:
        result["released"] = format_credits(outcome.released)
    result["available"] = format_credits(outcome.available)
    if outcome.extra is not None:
        result |= outcome.extra
    return {"id": str(outcome.command), "result": result}


def to_refused(refusal: Refusal) -> Refused:
    """Explain a refusal to the caller: the limit that bound, and who can lift it."""
    limit = None
    if refusal.product is not None:
        message = f"the person may not use {refusal.product} now"
        limit = Limit(name="product", value=refusal.product)
        return refuse(refusal.code, message=message, limit=limit, binding=refusal.binding)
    if refusal.limit is not None:
        limit = Limit(
            name=refusal.limit,
            value=None if refusal.value is None else format_credits(refusal.value),
            left=None if refusal.left is None else format_credits(refusal.left),
        )
    return refuse(refusal.code, message=refusal.message, limit=limit, binding=refusal.binding)


def _extra(decision: Decision) -> dict[str, object] | None:
    if not decision.flags:
        return decision.result
    return {**(decision.result or {}), "flags": [code.value for code in decision.flags]}


def _sum(rows: Iterable[Decided | Transfer], kinds: frozenset[int]) -> int:
    return sum(row.amount for row in rows if row.kind in kinds)


def _remembered(act: Act, decided: Decided) -> Outcome:
    stored = orjson.loads(decided.result or "{}")
    if decided.accepted:
        return Outcome(act.command, **stored, duplicate=True)
    binding = tuple(RefusalCode(code) for code in stored["binding"])
    refusal = Refusal(
        binding,
        stored["limit"],
        stored["value"],
        stored["left"],
        product=stored.get("product"),
        message=stored.get("message"),
    )
    return Outcome(act.command, refusal, duplicate=True)

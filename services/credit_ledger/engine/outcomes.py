"""What came of each command, in memory; the door turns it into a verdict."""

from uuid import UUID

import orjson
from msgspec import Struct
from msgspec.structs import asdict

from services.credit_ledger.rules.acts import Act, Authorize, Capture, Debit, Grant
from services.credit_ledger.rules.book import Decision, Kind, Refusal
from services.credit_ledger.store.loading import Decided
from shared.contracts.message import Limit, Refused, Verdict, refuse
from shared.contracts.money import format_credits
from shared.contracts.refusals import RefusalCode

REUSED = Refusal((RefusalCode.IDEMPOTENCY_KEY_REUSED,), "id")
AMOUNTS = frozenset({int(Kind.GRANTED), int(Kind.AUTHORIZED)})
CAPTURES = frozenset({int(Kind.CAPTURED), int(Kind.DEBITED)})
RELEASES = frozenset({int(Kind.RELEASED), int(Kind.VOIDED), int(Kind.LAPSED)})


class Outcome(Struct, frozen=True, gc=False):
    """The end of one command: refused, or what moved in microcredits and what is available.

    `parked` commands have no end yet; `reply_to` is set on one that waited and was answered late.
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


def accepted(act: Act, decision: Decision, available: int) -> Outcome:
    """Describe an accepted command by what it moved."""
    if isinstance(act, Debit):
        return Outcome(act.command, None, None, act.amount, None, available)
    if isinstance(act, Authorize | Grant):
        return Outcome(act.command, None, act.amount, None, None, available)
    if isinstance(act, Capture):
        released = sum(t.amount for t in decision.transfers if t.kind in RELEASES)
        return Outcome(act.command, None, None, act.amount, released, available)
    if decision.hold is not None:
        released = sum(t.amount for t in decision.transfers)
        return Outcome(act.command, None, None, None, released, available)
    return Outcome(act.command, None, None, None, None, available)


def again(act: Act, decided: list[Decided]) -> Outcome:
    """Give the remembered verdict, unless the id comes with other content now."""
    first = decided[0]
    if first.content != act.content:
        return Outcome(act.command, REUSED, duplicate=True)
    if first.result is not None:
        return _remembered(act, first)
    kinds = {row.kind for row in decided}
    capture = type(act) is Capture
    return Outcome(
        act.command,
        amount=_sum(decided, AMOUNTS) if kinds & AMOUNTS else None,
        captured=_sum(decided, CAPTURES) if kinds & CAPTURES or capture else None,
        released=_sum(decided, RELEASES) if kinds & RELEASES or capture else None,
        available=decided[-1].balance,
        duplicate=True,
    )


def to_json(outcome: Outcome) -> str:
    """Write an outcome for the table of verdicts."""
    if outcome.refusal is not None:
        return orjson.dumps(asdict(outcome.refusal)).decode()
    moved = {
        "amount": outcome.amount,
        "captured": outcome.captured,
        "released": outcome.released,
        "available": outcome.available,
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
    return {"id": str(outcome.command), "result": result}


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


def _sum(decided: list[Decided], kinds: frozenset[int]) -> int:
    return sum(row.amount for row in decided if row.kind in kinds)


def _remembered(act: Act, decided: Decided) -> Outcome:
    stored = orjson.loads(decided.result or "{}")
    if decided.accepted:
        return Outcome(act.command, **stored, duplicate=True)
    binding = tuple(RefusalCode(code) for code in stored["binding"])
    refusal = Refusal(binding, stored["limit"], stored["value"], stored["left"])
    return Outcome(act.command, refusal, duplicate=True)

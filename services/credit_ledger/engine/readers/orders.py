"""Orders, trials, corrections, opening balances, and credits that come back."""

from services.credit_ledger.engine.contents import (
    CONTENT_VERSION,
    content_of,
    fast_or_none,
    moment_of,
)
from services.credit_ledger.engine.readers.envelope import Envelope, Reader
from services.credit_ledger.rules import purchase_acts
from services.credit_ledger.rules.acts import Act
from services.credit_ledger.rules.book import Purchase
from services.credit_ledger.rules.purchases import CATEGORIES, OPENING
from shared.contracts.credit_orders import (
    AdjustCredits,
    GrantTrialCredits,
    ImportBalance,
    PlaceCreditOrder,
    ReleaseLot,
)
from shared.contracts.credits import CreditBack
from shared.contracts.message import CommandData


def _place(envelope: Envelope, data: PlaceCreditOrder) -> list[Act]:
    by = envelope.by
    assert by is not None
    lines = [
        (line.line_no, line.credits, line.category, moment_of(line.expires_at))
        for line in data.lines
    ]
    content = content_of(
        "place_order",
        by.int,
        data.store,
        data.order_id,
        data.channel,
        lines,
        version=CONTENT_VERSION,
    )
    credits = sum(line.credits for line in data.lines)
    return [
        purchase_acts.PlaceOrder(
            envelope.id, envelope.owner, content, by, data.store, data.order_id, credits
        )
    ]


def _trial(envelope: Envelope, data: GrantTrialCredits) -> list[Act]:
    person = envelope.by
    assert person is not None
    content = content_of(
        "trial",
        person.int,
        data.offer,
        data.credits,
        moment_of(data.expires_at),
        version=CONTENT_VERSION,
    )
    return [
        purchase_acts.GrantTrial(
            envelope.id,
            envelope.owner,
            content,
            person,
            data.offer,
            data.credits,
            data.expires_at,
        )
    ]


def _give_back(envelope: Envelope, data: CreditBack) -> list[Act]:
    hold, line = fast_or_none(data.hold_id), fast_or_none(data.line_id)
    content = content_of(
        "credit_back", hold and hold.int, line and line.int, data.amount, data.reason
    )
    return [
        purchase_acts.GiveBack(
            envelope.id, envelope.owner, content, hold, line, data.amount, data.reason
        )
    ]


def _adjust(envelope: Envelope, data: AdjustCredits) -> list[Act]:
    by, confirms = envelope.by, fast_or_none(data.confirms)
    assert by is not None
    content = content_of(
        "adjust",
        by.int,
        data.amount,
        data.direction,
        data.reason,
        moment_of(data.expires_at),
        confirms and confirms.int,
        version=CONTENT_VERSION,
    )
    return [
        purchase_acts.Adjust(
            envelope.id,
            envelope.owner,
            content,
            by,
            envelope.by_operator,
            data.amount,
            data.direction,
            data.reason,
            data.expires_at,
            confirms,
            envelope.door,
        )
    ]


def _release(envelope: Envelope, data: ReleaseLot) -> list[Act]:
    by = envelope.by
    assert by is not None
    content = content_of("release", by.int, data.lot, data.reason)
    return [
        purchase_acts.Release(
            envelope.id,
            envelope.owner,
            content,
            by,
            envelope.by_operator,
            data.lot,
            data.reason,
            envelope.door,
        )
    ]


def _bring_in(envelope: Envelope, data: ImportBalance) -> list[Act]:
    purchase = Purchase(OPENING, data.reference, 1, data.currency, data.unit_price)
    content = content_of(
        "opening",
        data.reference,
        data.credits,
        data.category,
        moment_of(data.expires_at),
        data.currency,
        data.unit_price,
        version=CONTENT_VERSION,
    )
    return [
        purchase_acts.BringIn(
            envelope.id,
            envelope.owner,
            content,
            envelope.by,
            envelope.by_operator,
            data.credits,
            CATEGORIES[data.category],
            data.expires_at,
            purchase,
            data.note,
            data.owner_kind == "account",
            envelope.door,
        )
    ]


READERS: dict[type[CommandData], Reader] = {
    PlaceCreditOrder: _place,
    GrantTrialCredits: _trial,
    CreditBack: _give_back,
    AdjustCredits: _adjust,
    ReleaseLot: _release,
    ImportBalance: _bring_in,
}

"""Facts of a batch: one per wallet and kind, whose lines say what each command moved."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import orjson

from services.credit_ledger.rules.acts import Act, Authorize, Capture, Debit, Grant, Lapse, Void
from services.credit_ledger.rules.book import Book, Decision, Kind, Transfer
from services.credit_ledger.rules.purchases import CATEGORY_NAMES
from services.credit_ledger.store.saving import FactRow
from shared.contracts import credits
from shared.contracts.catalogue import fact_type
from shared.contracts.message import SPECVERSION, FactData
from shared.contracts.money import format_credits

Lines = list[dict[str, object]]
SOURCE = "/coffer/credit_ledger"
ORDER: tuple[type[FactData], ...] = (
    credits.CreditsGranted,
    credits.AccessChanged,
    credits.HoldsAuthorized,
    credits.CreditsCaptured,
    credits.HoldsReleased,
    credits.HoldsExpired,
    credits.CreditsExpired,
)


class Said:
    """What one wallet has to say about a batch, gathered line by line."""

    def __init__(self) -> None:
        """Start with nothing to say."""
        self.lines: dict[type[FactData], Lines] = {}

    def add(self, data: type[FactData], line: dict[str, object]) -> None:
        """Add a line to the fact of one kind."""
        self.lines.setdefault(data, []).append(line)

    def command(self, act: Act, decision: Decision) -> None:
        """Add what one accepted command did."""
        if type(act) is Debit:
            self.add(credits.CreditsCaptured, _debit_line(act))
        elif type(act) is Authorize:
            self.add(credits.HoldsAuthorized, _authorize_line(act))
        elif type(act) is Capture or type(act) is Void or type(act) is Lapse:
            self._hold_ended(act, decision)
        elif type(act) is Grant:
            self.add(credits.CreditsGranted, _grant_line(act, decision.transfers[0]))
        elif decision.access is not None:
            self.add(credits.AccessChanged, _access_line(act, decision))
        self.expiry(decision.transfers)

    def expiry(self, transfers: tuple[Transfer, ...]) -> None:
        """Add what ran out."""
        for transfer in transfers:
            if transfer.kind == Kind.EXPIRED:
                amount = format_credits(transfer.amount)
                self.add(credits.CreditsExpired, {"lot": transfer.lot, "amount": amount})

    def rows(self, book: Book, at: datetime, new_id: Callable[[], UUID]) -> list[FactRow]:
        """Give each fact the wallet's next number and write it as a CloudEvent."""
        rows = []
        for data in ORDER:
            if lines := self.lines.get(data):
                book.fact_sequence += 1
                rows.append(_fact_row(book, data, lines, at, new_id()))
        return rows

    def _hold_ended(self, act: Capture | Void | Lapse, decision: Decision) -> None:
        hold = decision.hold
        assert hold is not None
        line: dict[str, object] = {"id": act.command, "account_id": hold.person, "hold_id": hold.id}
        if hold.job is not None:
            line["job"] = hold.job
        if type(act) is Capture and act.amount:
            amount = format_credits(act.amount)
            self.add(credits.CreditsCaptured, {**line, "amount": amount})
        if type(act) is Capture and not act.final:
            return
        kind = Kind.RELEASED if type(act) is Capture else None
        released = sum(
            transfer.amount
            for transfer in decision.transfers
            if kind is None or transfer.kind == kind
        )
        data = credits.HoldsExpired if type(act) is Lapse else credits.HoldsReleased
        self.add(data, {**line, "amount": format_credits(released)})


def _debit_line(act: Debit) -> dict[str, object]:
    line: dict[str, object] = {
        "id": act.command,
        "account_id": act.person,
        "amount": format_credits(act.amount),
    }
    if act.job is not None:
        line["job"] = act.job
    return line


def _authorize_line(act: Authorize) -> dict[str, object]:
    return {
        "id": act.command,
        "account_id": act.person,
        "amount": format_credits(act.amount),
        "hold_id": act.command,
        "job": act.job,
    }


def _grant_line(act: Grant, transfer: Transfer) -> dict[str, object]:
    return {
        "id": act.command,
        "lot": transfer.lot,
        "amount": format_credits(act.amount),
        "category": CATEGORY_NAMES[act.category],
        "order_id": act.purchase.order_id,
        "line_no": act.purchase.line_no,
        "expires_at": act.expires_at,
    }


def _access_line(act: Act, decision: Decision) -> dict[str, object]:
    access = decision.access
    assert access is not None
    return {
        "id": act.command,
        "account_id": access.person,
        "mode": access.mode,
        "limit": None if access.quota is None else format_credits(access.quota),
    }


def _fact_row(
    book: Book, data: type[FactData], lines: Lines, at: datetime, identifier: UUID
) -> FactRow:
    body = {
        "specversion": SPECVERSION,
        "id": identifier,
        "source": SOURCE,
        "type": fact_type(data),
        "subject": book.uid,
        "time": at.astimezone(UTC),
        "datacontenttype": "application/json",
        "sequence": book.fact_sequence,
        "data": {
            "owner": book.owner,
            "available": format_credits(book.free),
            "lines": lines,
        },
    }
    text = orjson.dumps(body, default=str, option=orjson.OPT_UTC_Z).decode()
    return FactRow(book.uid, book.fact_sequence, identifier, data.ROUTING_KEY, text)

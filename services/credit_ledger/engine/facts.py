"""Facts of a batch: one per wallet and kind, whose lines say what each command moved."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import orjson

from services.credit_ledger.rules.acts import Act, Authorize, Capture, Debit, Grant, Lapse, Void
from services.credit_ledger.rules.book import Book, Decision, LedgerAccount, Transfer
from services.credit_ledger.rules.purchases import CATEGORY_NAMES
from services.credit_ledger.store.saving import FactRow
from shared.contracts import credits
from shared.contracts.catalogue import fact_type
from shared.contracts.message import SPECVERSION, FactData
from shared.contracts.money import format_credits

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
FREE = int(LedgerAccount.FREE)
EXPIRED = int(LedgerAccount.EXPIRED)


@dataclass(slots=True)
class Said:
    """What one wallet has to say about a batch, as lines of JSON gathered by kind.

    Lines are written as text here, not as objects serialized later: this is the hot path.
    """

    captured: list[str] = field(default_factory=list)
    lines: dict[type[FactData], list[str]] = field(default_factory=dict)

    def command(self, act: Act, decision: Decision) -> None:
        """Add what one accepted command did."""
        if isinstance(act, Debit):
            self.captured.append(_moved(act.command, act.person, act.amount, job=act.job))
        elif isinstance(act, Authorize):
            line = _moved(act.command, act.person, act.amount, hold=act.command, job=act.job)
            self._add(credits.HoldsAuthorized, line)
        elif isinstance(act, Capture | Void | Lapse):
            self._hold_moved(act, decision)
        elif isinstance(act, Grant):
            self._add(credits.CreditsGranted, _granted(act, decision.transfers[0]))
            self.expiry(decision.transfers)
        elif decision.access is not None:
            self._add(credits.AccessChanged, _access(act, decision))

    def expiry(self, transfers: tuple[Transfer, ...]) -> None:
        """Add what ran out."""
        for transfer in transfers:
            if transfer.dst == EXPIRED:
                amount = format_credits(transfer.amount)
                self._add(credits.CreditsExpired, f'{{"lot":{transfer.lot},"amount":"{amount}"}}')

    def rows(self, book: Book, at: datetime, new_id: Callable[[], UUID]) -> list[FactRow]:
        """Give each fact the wallet's next number and write it as a CloudEvent."""
        if self.captured:
            self.lines[credits.CreditsCaptured] = self.captured
        rows = []
        for data in ORDER:
            if lines := self.lines.get(data):
                book.fact_sequence += 1
                rows.append(_fact_row(book, data, lines, at, new_id()))
        return rows

    def _add(self, data: type[FactData], line: str) -> None:
        self.lines.setdefault(data, []).append(line)

    def _hold_moved(self, act: Capture | Void | Lapse, decision: Decision) -> None:
        hold = decision.hold
        assert hold is not None
        if isinstance(act, Capture):
            if act.amount:
                self.captured.append(
                    _moved(act.command, hold.person, act.amount, hold=hold.id, job=hold.job)
                )
            if not act.final:
                return
        released = sum(t.amount for t in decision.transfers if t.dst == FREE)
        self.expiry(decision.transfers)
        line = _moved(act.command, hold.person, released, hold=hold.id, job=hold.job)
        self._add(credits.HoldsExpired if type(act) is Lapse else credits.HoldsReleased, line)


def _moved(
    command: UUID, person: UUID, amount: int, *, hold: UUID | None = None, job: str | None = None
) -> str:
    line = f'{{"id":"{command}","account_id":"{person}","amount":"{format_credits(amount)}"'
    if hold is not None:
        line += f',"hold_id":"{hold}"'
    if job is not None:
        line += f',"job":{orjson.dumps(job).decode()}'
    return line + "}"


def _granted(act: Grant, transfer: Transfer) -> str:
    line = {
        "id": act.command,
        "lot": transfer.lot,
        "amount": format_credits(act.amount),
        "category": CATEGORY_NAMES[act.category],
        "order_id": act.purchase.order_id,
        "line_no": act.purchase.line_no,
        "expires_at": act.expires_at,
    }
    return orjson.dumps(line, default=str, option=orjson.OPT_UTC_Z).decode()


def _access(act: Act, decision: Decision) -> str:
    access = decision.access
    assert access is not None
    line = {
        "id": act.command,
        "account_id": access.person,
        "mode": access.mode,
        "limit": None if access.quota is None else format_credits(access.quota),
    }
    return orjson.dumps(line, default=str).decode()


def _fact_row(
    book: Book, data: type[FactData], lines: list[str], at: datetime, identifier: UUID
) -> FactRow:
    head = {
        "specversion": SPECVERSION,
        "id": identifier,
        "source": SOURCE,
        "type": fact_type(data),
        "subject": book.uid,
        "time": at.astimezone(UTC),
        "datacontenttype": "application/json",
        "sequence": book.fact_sequence,
    }
    start = orjson.dumps(head, default=str, option=orjson.OPT_UTC_Z).decode()[:-1]
    says = f'"owner":"{book.owner}","available":"{format_credits(book.free)}"'
    text = f'{start},"data":{{{says},"lines":[{",".join(lines)}]}}}}'
    return FactRow(book.uid, book.fact_sequence, identifier, data.ROUTING_KEY, text)

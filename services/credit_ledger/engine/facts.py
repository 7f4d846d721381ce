"""Facts of a batch: one per wallet and kind, whose lines say what each command moved."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import orjson

from services.credit_ledger.rules.access_acts import DecideRequest, EditQuota
from services.credit_ledger.rules.acts import (
    Act,
    Authorize,
    Capture,
    Debit,
    Lapse,
    SetAccess,
    Void,
)
from services.credit_ledger.rules.book import Book, Decision, Transfer
from services.credit_ledger.rules.chart import HoldState, Kind, LedgerAccount
from services.credit_ledger.rules.hold_acts import Extend
from services.credit_ledger.rules.purchase_acts import GiveBack
from services.credit_ledger.rules.signing import signed
from services.credit_ledger.store.saving import FactRow
from shared.contracts import credit_facts
from shared.contracts.catalogue import FACTS, fact_type
from shared.contracts.message import SPECVERSION, FactData
from shared.contracts.money import format_credits

SOURCE = "/coffer/credit_ledger"
ORDER: tuple[type[FactData], ...] = tuple(
    data for data in FACTS if issubclass(data, credit_facts.WalletFact)
)


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
            self._add(credit_facts.HoldsAuthorized, line)
        elif isinstance(act, Capture | Void | Lapse):
            self._hold_moved(act, decision)
        elif isinstance(act, Extend):
            self._extended(act, decision)
        elif decision.access is not None and not isinstance(act, GiveBack):
            self._add(credit_facts.AccessChanged, _access(act, decision))

    def expiry(self, transfers: tuple[Transfer, ...]) -> None:
        """Add what ran out."""
        for transfer in transfers:
            if transfer.dst == LedgerAccount.EXPIRED:
                amount = format_credits(transfer.amount)
                self._add(
                    credit_facts.CreditsExpired, f'{{"lot":{transfer.lot},"amount":"{amount}"}}'
                )

    def lines_of(self, says: Iterable[tuple[type[FactData], dict[str, object]]]) -> None:
        """Add lines that the rules wrote."""
        for data, line in says:
            self._add(data, orjson.dumps(line, default=str, option=orjson.OPT_UTC_Z).decode())

    def rows(self, book: Book, at: datetime, new_id: Callable[[], UUID]) -> list[FactRow]:
        """Give each fact the wallet's next number and write it as a CloudEvent."""
        if self.captured:
            self.lines[credit_facts.CreditsCaptured] = self.captured
        rows = []
        for data in ORDER:
            if lines := self.lines.get(data):
                book.fact_sequence += 1
                rows.append(_fact_row(book, data, lines, at, new_id()))
        return rows

    def _add(self, data: type[FactData], line: str) -> None:
        self.lines.setdefault(data, []).append(line)

    def _extended(self, act: Extend, decision: Decision) -> None:
        hold = decision.hold
        assert hold is not None
        line = _moved(act.command, hold.person, act.amount, hold=hold.id, job=hold.job)
        self._add(credit_facts.HoldsExtended, line)

    def _hold_moved(self, act: Capture | Void | Lapse, decision: Decision) -> None:
        hold = decision.hold
        assert hold is not None
        captured = sum([t.amount for t in decision.transfers if t.kind == Kind.CAPTURED])
        if captured:
            self.captured.append(
                _moved(act.command, hold.person, captured, hold=hold.id, job=hold.job)
            )
        is_late = type(act) is Capture and hold.state == HoldState.EXPIRED
        if is_late or hold.state == HoldState.OPEN:
            return
        released = sum([t.amount for t in decision.transfers if t.dst == LedgerAccount.FREE])
        self.expiry(decision.transfers)
        line = _moved(act.command, hold.person, released, hold=hold.id, job=hold.job)
        self._add(
            credit_facts.HoldsExpired if type(act) is Lapse else credit_facts.HoldsReleased, line
        )


def _moved(
    command: UUID, person: UUID, amount: int, *, hold: UUID | None = None, job: str | None = None
) -> str:
    line = f'{{"id":"{command}","account_id":"{person}","amount":"{format_credits(amount)}"'
    if hold is not None:
        line += f',"hold_id":"{hold}"'
    if job is not None:
        line += f',"job":{orjson.dumps(job).decode()}'
    return line + "}"


def _access(act: Act, decision: Decision) -> str:
    access = decision.access
    assert access is not None
    line: dict[str, object] = {
        "id": act.command,
        "account_id": access.person,
        "mode": access.mode,
        "limit": None if access.quota is None else format_credits(access.quota),
    }
    if isinstance(act, SetAccess | EditQuota | DecideRequest):
        line |= signed(act.by, act.door)
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

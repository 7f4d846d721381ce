"""Terms of a wallet: some are its Administrator's to set, some only an operator's (A17-A19)."""

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from services.credit_ledger.rules.access_acts import SET_NAMES, SetTerms
from services.credit_ledger.rules.book import Book, Decision, Refusal
from services.credit_ledger.rules.periods import is_zone
from services.credit_ledger.rules.signing import signed
from services.credit_ledger.rules.terms import Terms
from shared.contracts.credit_notices import TermsChanged
from shared.contracts.money import format_credits
from shared.contracts.refusals import RefusalCode

OPERATORS_TERMS: Final = frozenset({"overrun_max", "credit_back_days", "late_usage_hours"})
OPERATOR_REQUIRED = Refusal((RefusalCode.OPERATOR_REQUIRED,), "role", passing=True)
NOT_ADMINISTRATOR = Refusal((RefusalCode.NOT_ADMINISTRATOR,), "role")
NO_ZONE = Refusal((RefusalCode.MALFORMED,), "zone", passing=True)


def set_terms(book: Book, act: SetTerms, _now: datetime) -> Decision | Refusal:
    """Change the terms that were given; periods that run already end when they were to (A18)."""
    given = {name: value for name in SET_NAMES if (value := getattr(act, name)) is not None}
    if not act.by_operator and not OPERATORS_TERMS.isdisjoint(given):
        return OPERATOR_REQUIRED
    if not given.keys() <= OPERATORS_TERMS and not _may_set(book, act.by):
        return NOT_ADMINISTRATOR
    if act.zone is not None and not is_zone(act.zone):
        return NO_ZONE
    terms = replace(book.terms, **given)
    line = {"id": str(act.command), **terms_told(terms), **signed(act.by, act.door)}
    return Decision(terms=terms, says=((TermsChanged, line),))


def terms_told(terms: Terms) -> dict[str, object]:
    """Write all terms in the units of `SetPoolTerms`."""
    values = {name: getattr(terms, name) for name in SET_NAMES}
    return {**values, "overrun_max": format_credits(terms.overrun_max)}


def _may_set(book: Book, by: UUID | None) -> bool:
    """The Administrator of a pool, the owner of a wallet of his own."""
    access = book.access[by] if by is not None else None
    return access is not None and access.role in {"ADMINISTRATOR", "OWNER"}

"""What a page tells of a table: counts, and the rows that matter first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.portal.store.uploads import Upload
from services.portal.words.read import Words
from shared.bulk.results import Result, failed_rows
from shared.bulk.table import Row, read, sheet_of
from shared.bulk.wishes import Wrong
from shared.contracts.refusals import RefusalCode

BAD = frozenset({"refused", "unanswered"})
CELLS = {"email": "The e-mail address"}
ACTS = {
    "add": "add",
    "remove": "remove",
    "assign": "give a seat",
    "revoke": "take a seat back",
    "access": "set access",
}


@dataclass(frozen=True)
class Told:
    """One row: what it asks for, and what becomes of it."""

    line: int
    email: str
    asks: str
    outcome: str
    code: str
    why: str
    is_for_guest: bool = False


@dataclass(frozen=True)
class Summary:
    """All rows of a table, the bad ones first."""

    good: int
    bad: int
    same: int
    rows: tuple[Told, ...]
    stopped: int = 0
    for_guests: int = 0
    taken_for: str = ""


def summary_of(upload: Upload, words: Words, facts: Mapping[str, str]) -> Summary:
    """Tell what was found or became of each row; nothing of a table that is still being read."""
    if upload.is_busy:
        return Summary(0, 0, 0, ())
    by_line = {row.line: row for row in read(upload.content)}
    results = upload.results or []
    told = [_told(by_line[result["line"]], result, words, facts) for result in results]
    counts = Counter(result["outcome"] for result in results)
    bad = sum(counts[outcome] for outcome in BAD)
    rows = sorted(told, key=lambda one: (one.outcome not in BAD, one.line))
    return Summary(
        good=len(told) - bad - counts["same"] - counts["stopped"],
        bad=bad,
        same=counts["same"],
        rows=tuple(rows),
        stopped=counts["stopped"],
        for_guests=sum(row.is_for_guest for row in rows),
        taken_for=sheet_of(upload.content).taken_for,
    )


def failed_table(upload: Upload) -> str:
    """The rows that failed, in the columns they came in, to be mended and sent again."""
    by_line = {row.line: row for row in read(upload.content)}
    return failed_rows(_result(by_line[one["line"]], one) for one in upload.results or [])


def asks_of(cells: Mapping[str, str]) -> str:
    """What a row asks for, in a few words."""
    action = cells.get("action", "").casefold()
    names: Sequence[str] = ("role", "product", "mode", "limit", "period")
    details = " ".join(cells[name] for name in names if cells.get(name))
    return f"{ACTS.get(action, action or 'nothing')} {details}".strip()


def _told(row: Row, result: Mapping[str, Any], words: Words, facts: Mapping[str, str]) -> Told:
    code = result["code"] or ""
    why = _why(row, result, words, facts)
    email = row.cells.get("email", "")
    return Told(
        line=row.line,
        email=email,
        asks=asks_of(row.cells),
        outcome=result["outcome"],
        code=code,
        why=why,
        is_for_guest=code == RefusalCode.MEMBER_HAS_PERSONAL_ENTITLEMENTS,
    )


def _why(row: Row, result: Mapping[str, Any], words: Words, facts: Mapping[str, str]) -> str:
    """The catalogue's sentence; what is wrong with a cell is said as the table's reader says it."""
    if result["outcome"] == "unanswered":
        return "No answer yet; apply the table again, and nothing is done twice."
    if result["outcome"] == "same":
        return f"Asks again for what line {result['earlier']} does."
    if result["outcome"] == "stopped":
        return "Not begun: the import was stopped before."
    if result["outcome"] == "depends":
        return f"Decided after line {result['earlier']}."
    if not result["code"]:
        return ""
    if isinstance(row.wish, Wrong):
        return _of_cell(row, row.wish.message)
    known = {
        **facts,
        "email": row.cells.get("email", ""),
        "name": row.cells.get("email", ""),
        "product": row.cells.get("product", ""),
        "value": row.cells.get("limit", "") or row.cells.get("role", ""),
        "typed": row.cells.get("email", ""),
    }
    return words.panel(RefusalCode(result["code"]), "administrator", known).sentence


def _of_cell(row: Row, message: str) -> str:
    """Say what is wrong with a cell as a sentence that names it by what was typed."""
    name, _, words = message.partition(": ")
    typed = row.cells.get(name, "")
    if name == "email" and typed:
        return f"“{typed}” {words}."
    called = CELLS.get(name, name.capitalize())
    return (
        f"{called} “{typed}” {words}."
        if typed and words.startswith("is ")
        else f"{called}: {words}."
    )


def _result(row: Row, kept: Mapping[str, Any]) -> Result:
    wrong = Wrong(RefusalCode(kept["code"]), kept["message"]) if kept["code"] else None
    return Result(row, kept["outcome"], wrong, kept["earlier"])

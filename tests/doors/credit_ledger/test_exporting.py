"""Everything the ledger keeps of an organization, asked for over the broker, in files."""

import csv
import io
import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from deploy.operator.export.contents import ANY_USAGE
from deploy.operator.export.writing import JOURNAL, NotWholeError, export_to
from deploy.operator.inquiry import Inquiry, RefusedError
from deploy.operator.statement import showing
from shared.contracts.credit_queries import (
    ListHolds,
    ListJournal,
    ListLots,
    ListWallets,
    ShowWallet,
)
from shared.contracts.credit_reports import ListStatements
from shared.contracts.credits import AuthorizeHold, CaptureHold, ReportUsage, UsageLine
from shared.contracts.refusals import RefusalCode
from shared.contracts.work import Work
from tests.builders import CLOCK, an_id
from tests.doors.credit_ledger.farm import CREDIT, Farm
from tests.waiting import eventually


@pytest.fixture
def inquiry(farm: Farm) -> Inquiry:
    return Inquiry(farm.portal.asker, farm.id, CLOCK)


async def test_an_export_holds_every_row_and_says_how_many(
    farm: Farm, inquiry: Inquiry, tmp_path: Path
) -> None:
    await works(farm)
    told = io.StringIO()

    manifest = await export_to(inquiry, tmp_path / "larkspur", told)

    wallet = await inquiry.ask(ShowWallet())
    assert (manifest["seq"], manifest["head"]) == (wallet["seq"], wallet["head"])
    assert not manifest["moved"]
    assert manifest == json.loads((tmp_path / "larkspur" / "manifest.json").read_text())
    for name, described in manifest["files"].items():
        content = (tmp_path / "larkspur" / name).read_bytes()
        assert described["rows"] == len(content.splitlines())
        assert described["sha256"] == sha256(content).hexdigest()
        assert name in told.getvalue()
    assert [row["seq"] for row in rows(tmp_path / "larkspur" / JOURNAL)] == list(
        range(1, wallet["seq"] + 1)
    )
    assert {row["state"] for row in rows(tmp_path / "larkspur" / "holds.jsonl")} == {
        "open",
        "captured",
    }
    assert len(rows(tmp_path / "larkspur" / "access.jsonl")) == 2
    assert len(rows(tmp_path / "larkspur" / "orders.jsonl")) == 1
    others = ("adjustments", "released_lots", "opening_balances", "refunds", "ended_counts")
    assert {f"{name}.jsonl" for name in others} <= manifest["files"].keys()
    assert names_in(tmp_path) == ["larkspur"]


async def test_an_interrupted_export_goes_on_behind_the_last_whole_line(
    farm: Farm, inquiry: Inquiry, tmp_path: Path
) -> None:
    await works(farm)
    whole = await export_to(inquiry, tmp_path / "whole", io.StringIO())
    journal = (tmp_path / "whole" / JOURNAL).read_bytes()
    lines = journal.splitlines(keepends=True)
    partial = tmp_path / "again.partial"
    partial.mkdir()
    (partial / "wallet_id").write_text(whole["wallet"]["wallet_id"])
    (partial / JOURNAL).write_bytes(b"".join(lines[:2]) + lines[2][:20])

    again = await export_to(inquiry, tmp_path / "again", told := io.StringIO())

    assert (tmp_path / "again" / JOURNAL).read_bytes() == journal
    assert again["files"] == whole["files"]
    assert f"{JOURNAL}: {len(lines) - 2} lines written" in told.getvalue()


async def test_an_unfinished_export_of_another_wallet_is_left_alone(
    inquiry: Inquiry, tmp_path: Path
) -> None:
    partial = tmp_path / "out.partial"
    partial.mkdir()
    (partial / "wallet_id").write_text(str(an_id()))

    with pytest.raises(NotWholeError, match="of another wallet"):
        await export_to(inquiry, tmp_path / "out", io.StringIO())


async def test_lists_come_in_pages_each_row_once(farm: Farm, inquiry: Inquiry) -> None:
    await works(farm)

    for question, name in (
        (ListJournal(limit=1), "rows"),
        (ListLots(limit=1), "lots"),
        (ListHolds(limit=1), "holds"),
        (ListHolds(state="captured", limit=1), "holds"),
    ):
        pages = [page async for page in inquiry.pages(question, name)]
        [at_once] = [
            page async for page in inquiry.pages(question.model_copy(update={"limit": 500}), name)
        ]
        assert [row for page in pages for row in page] == at_once
        assert at_once
        assert {len(page) for page in pages} == {1}


async def test_wallets_of_everybody_come_in_pages_each_once(farm: Farm, inquiry: Inquiry) -> None:
    """Others have theirs opened meanwhile, by what earlier tests said."""
    await works(farm)
    pages = [page async for page in inquiry.pages(ListWallets(limit=5), "wallets")]

    owners = [row["owner"] for page in pages for row in page]
    assert owners == sorted(set(owners))
    assert str(farm.id) in owners
    assert {len(page) for page in pages[:-1]} <= {5}


async def test_A18_a_journal_row_says_when_it_occurred_and_when_it_was_booked(
    farm: Farm, inquiry: Inquiry
) -> None:
    occurred_at = datetime(2025, 6, 1, tzinfo=UTC)
    work = Work(occurred_at=occurred_at, tags={})
    line = UsageLine(id=an_id(), account_id=farm.ben, credits=CREDIT, work=work)
    await farm.sends(farm.message(farm.command(ReportUsage(lines=(line,)))), line.id)

    *_, row = [row async for row in inquiry.rows(ListJournal(), "rows")]

    assert row["command"] == str(line.id)
    assert (row["kind"], row["src"], row["dst"]) == ("debited", "free", "consumed")
    assert row["occurred_at"].startswith("2025-")
    assert row["booked_at"] > row["occurred_at"]


async def test_a_statement_comes_as_text_json_and_csv(farm: Farm, inquiry: Inquiry) -> None:
    await works(farm)
    [open_month] = [s["period"] async for s in inquiry.rows(ListStatements(), "statements")]
    written: dict[str, str] = {}
    forms: tuple[showing.Form, ...] = ("text", "json", "csv")
    for form in forms:
        out = io.StringIO()
        await showing.month(inquiry, open_month, out, form)
        written[form] = out.getvalue()

    told = json.loads(written["json"])
    table = list(csv.DictReader(io.StringIO(written["csv"])))

    assert told["closed"] is False
    assert [line["section"] for line in table] == ["total", "value", "lot", "person", "person"]
    assert table[0]["closing"] == told["closing"]["balance"] == "480"
    assert f"{told['period']} (open, may still change), UTC" in written["text"]


async def test_a_statement_nobody_has_is_refused_by_its_code(inquiry: Inquiry) -> None:
    with pytest.raises(RefusedError) as refused:
        await showing.month(inquiry, "2001-01", io.StringIO(), "text")

    assert refused.value.code == RefusalCode.UNKNOWN_PERIOD


async def works(farm: Farm) -> None:
    """One hold is captured, another stays open."""
    hold = farm.command(AuthorizeHold(amount=30 * CREDIT))
    await farm.sends(farm.message(hold))
    await farm.asks(CaptureHold(hold_id=hold.id, amount=20 * CREDIT))
    await farm.asks(AuthorizeHold(amount=5 * CREDIT))
    # Lines of usage follow their journal by a moment.
    await eventually(
        lambda: farm.asks(ANY_USAGE), lambda shown: bool((shown.result or {})["complete"])
    )


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]

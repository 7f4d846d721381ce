"""Asks for a dry run of each batch, and says line by line what would come of it."""

import json
from typing import Any, TextIO
from uuid import UUID

from deploy.operator.dry_run.reading import Batch
from deploy.operator.inquiry import Inquiry
from shared.contracts.credit_reports import DryRun

TOTALS = ("passes", "passed", "refused", "requested", "authorized", "available", "left")


async def try_batch(inquiry: Inquiry, batch: Batch) -> dict[str, Any]:
    """Ask about all lines of one wallet at once: each that passes leaves less for the next."""
    return await inquiry.ask(DryRun(authorizations=tuple(batch.tried)))


def show(owner: UUID, batch: Batch, answer: dict[str, Any], out: TextIO, *, as_json: bool) -> None:
    """Write what would come of each line, and of all."""
    for number, one in zip(batch.lines, answer["authorizations"], strict=True):
        told = json.dumps({"line": number, "owner": str(owner), **one})
        print(told if as_json else _text(number, one), file=out)
    totals = {name: answer[name] for name in TOTALS}
    if as_json:
        print(json.dumps({"owner": str(owner), "totals": totals}), file=out)
        return
    print(
        f"{owner}: {totals['passed']} of {len(batch.lines)} would pass,"
        f" {totals['authorized']} of {totals['requested']} credits;"
        f" {totals['available']} available, {totals['left']} left",
        file=out,
    )


def _text(number: int, one: dict[str, Any]) -> str:
    flags = "".join(f", {flag} is only observed" for flag in one["flags"])
    limits = "; ".join(_limit(limit) for limit in one["limits"])
    return f"line {number}: {limits or 'passes'}{flags}"


def _limit(limit: dict[str, Any]) -> str:
    short = "" if limit["short"] is None else f", {limit['short']} short"
    resets = "" if limit["resets_at"] is None else f", renews {limit['resets_at']}"
    return f"{limit['code']}{short}, lifted by {limit['who_can_lift']}{resets}"

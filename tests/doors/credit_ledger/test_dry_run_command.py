"""`coffer dry-run` on a running ledger: each line of a file, and what stands in its way."""

import io
import json

import pytest

from deploy.operator.dry_run.reading import read
from deploy.operator.dry_run.showing import show, try_batch
from deploy.operator.inquiry import Inquiry
from tests.builders import CLOCK
from tests.doors.credit_ledger.farm import Farm


@pytest.fixture
def inquiry(farm: Farm) -> Inquiry:
    return Inquiry(farm.portal.asker, farm.id, CLOCK)


async def test_each_line_says_whether_it_would_pass_and_what_is_short(
    farm: Farm, inquiry: Inquiry
) -> None:
    table = f"account_id,amount\n{farm.ben},400\n{farm.ben},150.5\n{farm.ana},100\n"

    text = await tried(farm, inquiry, table)

    first, second, third, totals = text.splitlines()
    assert (first, third) == ("line 2: passes", "line 4: passes")
    assert second == (
        "line 3: pool_insufficient, 50.5 short,"
        " lifted by the wallet's owner or the organization's Administrator"
    )
    assert totals == (f"{farm.id}: 2 of 3 would pass, 500 of 650.5 credits; 500 available, 0 left")


async def test_programs_read_one_object_a_line_with_its_number(
    farm: Farm, inquiry: Inquiry
) -> None:
    lines = [{"account_id": str(farm.ben), "amount": amount} for amount in ("1", "501")]

    text = await tried(farm, inquiry, "\n".join(map(json.dumps, lines)), as_json=True)

    passed, refused, totals = map(json.loads, text.splitlines())
    assert (passed["line"], passed["passes"], passed["code"]) == (1, True, None)
    assert (refused["line"], refused["code"]) == (2, "pool_insufficient")
    assert refused["limits"][0]["short"] == "2"
    assert (totals["totals"]["passes"], totals["owner"]) == (False, str(farm.id))


async def tried(farm: Farm, inquiry: Inquiry, content: str, *, as_json: bool = False) -> str:
    [(owner, batch)] = read(content.encode(), farm.id).batches.items()
    out = io.StringIO()
    show(owner, batch, await try_batch(inquiry, batch), out, as_json=as_json)
    return out.getvalue()

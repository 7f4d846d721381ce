"""`coffer statement` and `usage` where nothing is answered: no empty table is printed for one."""

import io

import pytest

from deploy.operator.inquiry import Inquiry, RefusedError
from deploy.operator.statement.columns import COLUMNS
from deploy.operator.statement.showing import Form, month, months
from deploy.operator.usage import showing
from tests.builders import CLOCK, an_id
from tests.doors.credit_ledger.farm import Farm

FORMS: tuple[Form, ...] = ("text", "csv", "json")


@pytest.mark.parametrize("form", FORMS)
async def test_who_is_refused_an_answer_gets_nothing_on_standard_output(
    farm: Farm, form: Form
) -> None:
    nobody = Inquiry(farm.portal.asker, an_id(), CLOCK)
    out, told = io.StringIO(), io.StringIO()

    for asked in (
        months(nobody, out, form),
        month(nobody, "2026-11", out, form),
        showing.usage(nobody, showing.wanted("user", None, None), form, out, told),
    ):
        with pytest.raises(RefusedError, match="unknown_organization"):
            await asked

    assert (out.getvalue(), told.getvalue()) == ("", "")


async def test_the_table_of_all_months_has_its_header_once(farm: Farm) -> None:
    out = io.StringIO()

    await months(Inquiry(farm.portal.asker, farm.id, CLOCK), out, "csv")

    header, *lines = out.getvalue().splitlines()
    assert header == ",".join(COLUMNS)
    assert [line for line in lines if line == header] == []
    assert lines

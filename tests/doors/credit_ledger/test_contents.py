"""Hashes of effects as commands are read: a time counts as the moment it means."""

import json

import pytest

from services.credit_ledger.engine.contents import CONTENT_VERSION, content_of
from services.credit_ledger.engine.intake import acts_of
from services.credit_ledger.engine.store_orders import _content
from services.credit_ledger.rules.effects import VERSION_BITS
from shared.contracts.catalogue import COMMAND_BY_TYPE
from shared.contracts.message import CommandData
from shared.contracts.purchases import CreditLine, OrderPaid
from tests.builders import CLOCK, a_purchase, an_id
from tests.doors.credit_ledger.valid_commands import DATA, JUNE, Json

ELSEWHERE = "2031-06-01T02:00:00+02:00"
LATER = "2031-06-01T00:00:00.000001Z"
COMMAND, OWNER, BY, BUYER = an_id(), an_id(), an_id(), an_id()
# When work was done decides the price of what was measured, and describes the rest.
OF_A_MOMENT = [
    (data, fields)
    for data, fields in DATA
    if JUNE in json.dumps(fields) and ("measured" in fields or "work" not in json.dumps(fields))
]


def contents(data: type[CommandData], fields: Json, moment: str) -> list[int]:
    command = COMMAND_BY_TYPE[data.TYPE](
        id=COMMAND,
        type=data.TYPE,
        actor="operator",
        on_behalf_of=BY,
        owner=OWNER,
        sent_at=CLOCK.now(),
        data=data.model_validate_json(json.dumps(fields).replace(JUNE, moment)),
    )
    return [act.content for act in acts_of(command, b"", None)]


@pytest.mark.parametrize(
    ("data", "fields"),
    OF_A_MOMENT,
    ids=[f"{data.__name__} {number}" for number, (data, _) in enumerate(OF_A_MOMENT)],
)
def test_the_zone_that_a_time_is_written_in_changes_no_effect_and_the_time_does(
    data: type[CommandData], fields: Json
) -> None:
    assert contents(data, fields, ELSEWHERE) == contents(data, fields, JUNE)
    assert contents(data, fields, LATER) != contents(data, fields, JUNE)


def test_T21_a_paid_line_is_unchanged_whatever_zone_its_end_is_written_in() -> None:
    def line(moment: str) -> tuple[OrderPaid, CreditLine]:
        told = {"kind": "credits", "line_no": 1, "credits": "5", "expires_at": moment}
        return a_purchase(account_id=BUYER), CreditLine.model_validate_json(json.dumps(told))

    assert _content(*line(ELSEWHERE)) == _content(*line(JUNE))
    assert _content(*line(LATER)) != _content(*line(JUNE))
    assert _content(*line(JUNE)) >> VERSION_BITS == CONTENT_VERSION


def test_a_recipe_that_did_not_change_keeps_its_version() -> None:
    assert content_of("void", 1) >> VERSION_BITS == 1

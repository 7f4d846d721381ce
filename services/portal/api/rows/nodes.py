"""What a render node does that cannot speak AMQP: holds, captures, usage."""

from services.portal.api import work
from services.portal.api.gates import (
    AuthorizeFor,
    own_hold,
    own_lines,
    own_spending,
    owners_only,
)
from services.portal.api.operations import Operation, in_both_places
from services.portal.api.scopes import NODE, READ_OR_NODE
from shared.contracts.credit_answers import (
    Authorized,
    Captured,
    HoldList,
    Released,
)
from shared.contracts.credit_queries import ListHolds, ShowHold
from shared.contracts.credits import CaptureHold, ExtendHold, ReportUsage, VoidHold
from shared.contracts.record_answers import HoldFound

HOLD = "/holds/{hold_id}"
SOMEBODY = "018f3f00-0000-7000-8000-000000000001"
A_LINE = {
    "id": "018f3f00-0000-7000-8000-000000000002",
    "account_id": SOMEBODY,
    "credits": "0.25",
    "job": "shot-040",
}

PLACES = (
    Operation("GET", "/holds", ListHolds, HoldList, READ_OR_NODE, "holds", owners_only),
    Operation(
        "POST", "/holds", AuthorizeFor, Authorized, NODE, "holds", own_spending,
        name="authorize_hold",
        example={
            "account_id": SOMEBODY, "amount": "30", "lease_seconds": 3600, "job": "shot-040"
        },
    ),
    Operation(
        "GET", HOLD, ShowHold, HoldFound, READ_OR_NODE, "holds", work=work.show_hold,
    ),
    Operation(
        "POST", f"{HOLD}/extend", ExtendHold, Authorized, NODE, "holds", own_hold,
        example={"amount": "5", "lease_seconds": 3600, "metered": "12.5"},
    ),
    Operation(
        "POST", f"{HOLD}/capture", CaptureHold, Captured, NODE, "holds", own_hold,
        example={"amount": "28.4", "final": True},
    ),
    Operation("POST", f"{HOLD}/void", VoidHold, Released, NODE, "holds", own_hold),
    Operation(
        "POST", "/usage", ReportUsage, work.LineVerdicts, NODE, "usage", own_lines,
        work=work.report_usage, example={"lines": [A_LINE]},
    ),
)  # fmt: skip

ROWS = tuple(row for place in PLACES for row in in_both_places(place))

"""Statements and usage: what was booked, by month, person, job, product, day."""

from services.portal.api.gates import own_usage, owners_only
from services.portal.api.operations import Operation, in_both_places
from services.portal.api.scopes import READ
from shared.contracts.credit_reports import (
    ListStatementLots,
    ListStatementPeople,
    ListStatements,
    ListUsageLines,
    ShowBalances,
    ShowStatement,
    ShowUsage,
)
from shared.contracts.report_answers import (
    Balances,
    Statement,
    StatementList,
    StatementLots,
    StatementPeople,
    UsageCharges,
    UsageReport,
)

PERIOD = "/statements/{period}"

PLACES = (
    Operation("GET", "/statements", ListStatements, StatementList, READ, "statements", owners_only),
    Operation("GET", PERIOD, ShowStatement, Statement, READ, "statements", owners_only),
    Operation(
        "GET", f"{PERIOD}/lots", ListStatementLots, StatementLots, READ, "statements", owners_only
    ),
    Operation(
        "GET", f"{PERIOD}/people", ListStatementPeople, StatementPeople, READ, "statements",
        owners_only,
    ),
    Operation("GET", "/balances", ShowBalances, Balances, READ, "statements", owners_only),
    Operation("GET", "/usage", ShowUsage, UsageReport, READ, "usage", own_usage),
    Operation("GET", "/usage/lines", ListUsageLines, UsageCharges, READ, "usage", own_usage),
)  # fmt: skip

ROWS = tuple(row for place in PLACES for row in in_both_places(place))

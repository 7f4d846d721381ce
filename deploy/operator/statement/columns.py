"""The columns of a statement as a table: the same for every line, and the same for ever.

A line's `section` says what it is of: `total` of the wallet, `value` of one currency, `lot`,
`person`; `item` names it. New columns come last.
"""

from typing import Any

from deploy.operator.sheet import plain
from shared.contracts.money import format_credits, parse_credits

COLUMNS = (
    "period",
    "zone",
    "starts",
    "ends",
    "closed",
    "section",
    "item",
    "opening",
    "granted",
    "credited_back",
    "captured",
    "expired",
    "clawed_back",
    "adjusted",
    "debt",
    "absorbed",
    "closing",
    "currency",
    "value_deferred",
    "value_earned",
    "value_expired",
    "value_clawed_back",
    "role",
    "store",
    "order_id",
    "line_no",
    "category",
    "unit_price",
    "expires_at",
    "left",
    "owes",
)
FOREIGN = ("currency", "store", "order_id", "unit_price")


def total(statement: dict[str, Any]) -> list[object]:
    """The wallet as a whole: balances are what is left in it, less what it owes."""
    ends = {name: statement[name]["balance"] for name in ("opening", "closing")}
    closing = statement["closing"]
    left = sum(parse_credits(closing[name]) for name in ("free", "held", "dormant"))
    line = {**statement["totals"], **ends, "left": format_credits(left), "owes": closing["debt"]}
    return _row(statement, {"section": "total", **line})


def of_values(statement: dict[str, Any], values: dict[str, Any]) -> list[object]:
    """What the month was worth in one currency; without one, in credits."""
    item = values["currency"] or "credits without a price"
    return _row(statement, {"section": "value", "item": plain(item), **_worth(values)})


def of_lot(statement: dict[str, Any], lot: dict[str, Any]) -> list[object]:
    """What happened to one lot."""
    line = {"section": "lot", "item": lot["lot"], **lot, **_worth(lot["values"])}
    return _row(statement, {**line, **{name: plain(lot[name]) for name in FOREIGN}})


def of_person(statement: dict[str, Any], person: dict[str, Any]) -> list[object]:
    """What one person used: captured less credited back."""
    line = {"item": person["account_id"], "role": person["role"], "captured": person["used"]}
    return _row(statement, {"section": "person", **line})


def _row(statement: dict[str, Any], line: dict[str, Any]) -> list[object]:
    head = {name: statement[name] for name in COLUMNS[:5]}
    return [(head | line).get(column) for column in COLUMNS]


def _worth(values: dict[str, Any]) -> dict[str, Any]:
    amounts = {f"value_{name}": values[name] for name in ("deferred", "earned", "expired")}
    return {
        "currency": plain(values["currency"]),
        "value_clawed_back": values["clawed_back"],
        **amounts,
    }

"""Statements for eyes: an amount a line, in credits."""

from typing import Any

MOVED = ("granted", "credited_back", "captured", "expired", "clawed_back", "adjusted")
STOCK = ("free", "held", "dormant")


def in_short(statement: dict[str, Any]) -> str:
    """One month in a line."""
    state = "closed" if statement["closed"] else "open"
    opening, closing = (statement[name]["balance"] for name in ("opening", "closing"))
    return f"{statement['period']} {state:<6} opening {opening:>16} closing {closing:>16}"


def in_full(statement: dict[str, Any]) -> str:
    """One month: what came in less what went out; balances are what there was less what is owed."""
    state = "closed" if statement["closed"] else "open, may still change"
    lines = [
        f"{statement['period']} ({state}), {statement['zone']}",
        f"from {statement['starts']} until before {statement['ends']}",
        _rows(statement["seq_from"], statement["seq_to"]),
        _amount("opening", statement["opening"]["balance"]),
        *(_amount(name, statement["totals"][name]) for name in MOVED),
        _amount("closing", statement["closing"]["balance"]),
        *(f"  {name:<13} {statement['closing'][name]:>20}" for name in STOCK),
        f"  {'less debt':<13} {statement['closing']['debt']:>20}",
        _amount("absorbed", statement["totals"]["absorbed"]) + "  by the vendor, beside the pool",
        *(_values(values) for values in statement["values"]),
    ]
    return "\n".join(lines)


def of_lot(lot: dict[str, Any]) -> str:
    """One lot in a line, with what moved; its closings add up to the statement's."""
    moved = "".join(f" {name.replace('_', ' ')} {lot[name]}," for name in MOVED if lot[name] != "0")
    return (
        f"lot {lot['lot']:<6} opening {lot['opening']},{moved} closing {lot['closing']}"
        f"{_owing(lot)}, order {lot['order_id']!r}"
    )


def _owing(lot: dict[str, Any]) -> str:
    """Say why a lot's closing is not what is left in it (T23)."""
    left, owes = lot["left"], lot["owes"]
    if owes == "0":
        return ""
    if owes.startswith("-"):
        return f" ({left} left, {owes[1:]} repaid for other lots)"
    return f" ({left} left, {owes} more taken back than it had)"


def of_person(person: dict[str, Any]) -> str:
    """One person in a line."""
    return f"person {person['account_id']} {person['role'].lower()} used {person['used']}"


def _rows(first: int, last: int) -> str:
    return f"journal rows {first} to {last}" if first <= last else "no journal rows"


def _amount(name: str, amount: str) -> str:
    return f"{name.replace('_', ' '):<15} {amount:>20}"


def _values(values: dict[str, Any]) -> str:
    currency = values["currency"] or "credits without a price"
    return (
        f"worth in {currency}: deferred {values['deferred']}, earned {values['earned']},"
        f" expired {values['expired']}, clawed back {values['clawed_back']}"
    )

"""What has to be said in a query for a call of the API to be read at all."""

from typing import Any

from services.portal.api.operations import Operation

SOMEBODY = "018f3f00-0000-7000-8000-000000000001"
SPAN = {"since": "2026-11-01T00:00:00Z", "until": "2026-12-01T00:00:00Z"}
QUERIES: dict[str, dict[str, Any]] = {
    "CheckEntitlement": {"product": "Lumen for Max", "account_id": SOMEBODY},
    "ListHolders": {"product": "Lumen for Max"},
    "RevokeLicense": {"product": "Lumen for Max", "account_id": SOMEBODY},
    "ShowUsage": SPAN,
    "ListUsageLines": SPAN,
    "ShowBalances": SPAN,
    "FindAccount": {"email": "ana@larkspur.example"},
}


def fields_of(operation: Operation) -> dict[str, Any]:
    """The fields that a query has to give."""
    given = QUERIES.get(operation.reads.__name__, {})
    return {name: one for name, one in given.items() if name not in operation.from_path.values()}

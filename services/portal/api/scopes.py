"""What a token may be made for, in the words that a person chooses from."""

from typing import Literal, TypeAlias, get_args

Scope = Literal["read", "people", "licenses", "credits", "node", "webhooks", "tokens", "operator"]
Scopes: TypeAlias = tuple[Scope, ...]
SCOPES: Scopes = get_args(Scope)

MEANINGS: dict[Scope, str] = {
    "read": "see what you see",
    "people": "add, change and remove people, transfers, nodes, set-up requests",
    "licenses": "assign, move and take back seats, checkouts, trials, orders of licenses",
    "credits": "access, quotas, requests, terms, orders of credits",
    "node": "authorize, extend, capture and void holds, report usage, ask for balances",
    "webhooks": "add, change, try out and remove webhooks, send deliveries again",
    "tokens": "list, make and revoke tokens that can do no more than this one",
    "operator": "what the vendor's staff may do, in any organization",
}

# Of which a call needs one.
READ: Scopes = ("read",)
READ_OR_NODE: Scopes = ("read", "node")
PEOPLE: Scopes = ("people",)
LICENSES: Scopes = ("licenses",)
CREDITS: Scopes = ("credits",)
NODE: Scopes = ("node",)
WEBHOOKS: Scopes = ("webhooks",)
STAFF: Scopes = ("operator",)
ANY: Scopes = SCOPES

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

# The same for somebody who runs no organization; webhooks are an organization's.
MEANINGS_FOR_ONESELF: dict[Scope, str] = {
    "read": "see what you see",
    "people": "answer an offer of the organization, ask for a set-up, leave",
    "licenses": "check products out and in, apply for trials, order licenses where you may",
    "credits": "ask for credits, give up access, order credits where you may",
    "node": "authorize, extend, capture and void holds of your own, report your usage",
    "tokens": "list, make and revoke tokens that can do no more than this one",
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

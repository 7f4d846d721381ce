"""All rows together, and which contracts nobody may ask through the API, and why."""

from services.portal.api.operations import Operation
from services.portal.api.rows import credits, licenses, nodes, people, reports, staff, webhooks
from shared.contracts import accounts, copies, credit_orders, credit_queries, membership
from shared.contracts.message import CommandData

OPERATIONS: tuple[Operation, ...] = (
    *people.ROWS,
    *licenses.ROWS,
    *credits.ROWS,
    *nodes.ROWS,
    *reports.ROWS,
    *webhooks.ROWS,
    *staff.ROWS,
)

SUBJECTS: dict[str, str] = {
    "accounts": "Who you are, and what you ask the vendor for.",
    "organizations": "Your organization: its state, its Administrator, an open transfer.",
    "members": "The people of an organization and their roles.",
    "transfers": "Handing an organization over to somebody in it.",
    "nodes": "Render nodes that speak AMQP and work for an organization.",
    "licenses": "Licenses, and who may use a product now.",
    "seats": "Seats assigned, taken back and moved; which products float.",
    "checkouts": "Who uses a product right now.",
    "trials": "Products that may be tried.",
    "pool": "The wallet: what is there, who can spend what, what it would cost.",
    "access": "Who may draw on the pool.",
    "quotas": "How much a person may draw on the pool.",
    "requests": "Asking for access or a higher quota, and the answers.",
    "lots": "Where the pool's credits came from, and when they end.",
    "holds": "Credits set aside for work, captured when it is done.",
    "usage": "What was charged, and reports of usage without holds.",
    "statements": "One month by booking; a closed one never changes.",
    "orders": "Orders placed, paid and refunded.",
    "audit": "Who did what, and the books row by row.",
    "webhooks": "Where facts are sent to, and what was sent.",
    "operators": "For the vendor's staff.",
    "tokens": "What programs call this API with.",
}

NOT_FOR_CALLERS: dict[type[CommandData], str] = {
    accounts.RegisterAccount: "an account begins with a sign-in",
    accounts.LinkInvitation: "only a sign-in verifies an address",
    accounts.ChangeEmail: "only a sign-in verifies an address",
    membership.TryAdditions: "a dry run of the addition itself tells the same",
    accounts.FindAccounts: "names of many at once are for pages alone",
    credit_orders.GrantTrialCredits: "the offer is the vendor's, its amount is not the caller's",
    credit_queries.ListWallets: "whose wallets there are is for reconciliation alone",
    copies.FetchMembershipFacts: "for services that heal their copies",
    copies.FetchLicensingFacts: "for services that heal their copies",
    copies.FetchCreditLedgerFacts: "for services that heal their copies",
    copies.FetchMembershipHeads: "for services that heal their copies",
    copies.FetchLicensingHeads: "for services that heal their copies",
    copies.FetchCreditLedgerHeads: "for services that heal their copies",
    copies.FetchMembershipSnapshot: "for services that heal their copies",
    copies.FetchLicensingSnapshot: "for services that heal their copies",
    copies.FetchPersonalCredits: "for services that heal their copies",
}

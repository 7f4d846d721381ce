"""What the portal hears to the last of: letters and webhooks are written of it.

What each frame says is not among it; live pages read that from the stream, where nothing waits for
them.
"""

TOLD_TO_PEOPLE = (
    "membership.account.forgotten",
    "membership.administrator.*",
    "membership.member.*",
    "membership.node.*",
    "membership.organization.*",
    "membership.setup.*",
    "membership.transfer.*",
    "licensing.license.*",
    "licensing.seat.*",
    "credit_ledger.access.changed",
    "credit_ledger.credits.adjusted",
    "credit_ledger.credits.clawed_back",
    "credit_ledger.credits.expired",
    "credit_ledger.credits.granted",
    "credit_ledger.credits.returned",
    "credit_ledger.debt.*",
    "credit_ledger.expiry.*",
    "credit_ledger.order.placed",
    "credit_ledger.order.withheld",
    "credit_ledger.period.*",
    "credit_ledger.pool.*",
    "credit_ledger.quota.*",
    "credit_ledger.request.*",
    "credit_ledger.terms.*",
    "credit_ledger.usage.came_late",
    "credit_ledger.usage.refused_late",
)
"""Keys of the exchange `facts`."""

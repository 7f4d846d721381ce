"""When the next things come due in a model: leases, lots, counts, late usage."""

from datetime import datetime, timedelta

from tests.model.ledger_model import Model

HORIZON = timedelta(days=60)


def moments_of(model: Model, now: datetime) -> list[datetime]:
    """The moments to come at which something changes by itself, soonest first."""
    moments = {person.renews_at for w in model.wallets for person in w.people.values()}
    moments.update(model.rights.values())
    for wallet in model.wallets:
        late = timedelta(hours=wallet.terms.late_usage_hours)
        leases = [hold.lease_until for hold in wallet.holds.values() if hold.state != "captured"]
        moments.update(leases, [lease + late for lease in leases])
        moments.update(lot.expires_at for lot in wallet.lots if lot.is_open)
    return sorted(moment for moment in moments if moment and now < moment < now + HORIZON)

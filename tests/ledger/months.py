"""A desk whose clock a test moves from month to month."""

from datetime import UTC, datetime, timedelta

from services.credit_ledger.rules.acts import Expire
from tests.ledger.acts import CREDIT, a_debit
from tests.ledger.desk import Desk, Larkspur, an_organization
from tests.model.ground import StillClock

NOVEMBER = datetime(2026, 11, 12, 9, tzinfo=UTC)


async def in_november(desk: Desk, *grants: int) -> Larkspur:
    """An organization that begins on 12 November 2026."""
    until(desk, NOVEMBER)
    return await an_organization(desk, *grants)


def until(desk: Desk, moment: datetime) -> None:
    """Move the desk's clock to a moment."""
    if isinstance(desk.clock, StillClock):
        desk.clock.moment = moment
        return
    desk.advance((moment - desk.clock.now()) / timedelta(seconds=1))


async def spends(desk: Desk, larkspur: Larkspur, credits: int) -> None:
    """Ben spends some credits."""
    debit = a_debit(larkspur.id, larkspur.ben, credits * CREDIT, id=desk.clock.new_id())
    [outcome] = await desk.decide(debit)
    assert outcome.refusal is None


def look(desk: Desk, larkspur: Larkspur) -> Expire:
    """What the sweep has decided for a wallet."""
    return Expire(desk.clock.new_id(), larkspur.id, 0)

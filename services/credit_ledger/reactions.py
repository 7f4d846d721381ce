"""What the ledger does when the store and membership speak."""

from typing import Annotated

import structlog
from faststream import Context
from faststream.rabbit import RabbitRouter
from msgspec.structs import replace

from services.credit_ledger.engine.group_commit import Engine
from services.credit_ledger.engine.intake import content_of
from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.rules.acts import Act, Grant, OpenPool, SetRole
from services.credit_ledger.rules.book import Purchase
from services.credit_ledger.rules.purchases import CATEGORIES
from services.credit_ledger.store import orders
from shared.clock import Clock
from shared.contracts.membership import MemberAdded, MemberRemoved, OrganizationActivated
from shared.contracts.message import Fact, FactData
from shared.contracts.purchases import CreditLine, OrderPaid
from shared.messaging import topology
from shared.messaging.doors import Poison, carries, open_queue
from shared.messaging.inbox import hear
from shared.postgres.pool import Pool

router = RabbitRouter()
facts = open_queue(router, topology.facts_of(topology.CREDIT_LEDGER))
log = structlog.get_logger()

SharedEngine = Annotated[Engine, Context("engine")]
SharedClock = Annotated[Clock, Context("clock")]


@facts(filter=carries(OrderPaid))
async def order_paid(
    fact: Fact[OrderPaid], pool: Pool, engine: SharedEngine, clock: SharedClock
) -> None:
    """Each paid credit line becomes one lot of the buyer's wallet, however often it is told."""
    grants = []
    async with pool.acquire() as connection:
        for line in fact.data.lines:
            if isinstance(line, CreditLine):
                grant = _grant(fact.data, line)
                command, content = await orders.command_for(
                    connection, grant.purchase, clock.new_id(), grant.content
                )
                if content != grant.content:
                    log.error("order_line_changed", order=grant.purchase.order_id)
                    continue
                grants.append(replace(grant, command=command))
    if grants:
        for outcome in await engine.submit(grants):
            _insist(outcome)


@facts
async def membership_spoke(
    fact: Fact[FactData], pool: Pool, engine: SharedEngine, clock: SharedClock
) -> None:
    """An organization opens its pool; people come without access and go without it."""
    async with hear(pool, fact, clock) as heard:
        for act in [act for due in heard.due for act in _acts(due)]:
            # One by one: the pool that one opens has to be there before the next names it.
            [outcome] = await engine.submit([act])
            _insist(outcome)


def _insist(outcome: Outcome) -> None:
    """Bury what the engine could not take: a purchase or a member never vanishes in silence."""
    if outcome.refusal is not None:
        raise Poison(outcome.refusal.code, f"the ledger refused {outcome.command}")


def _acts(fact: Fact[FactData]) -> list[Act]:
    match fact.data:
        case OrganizationActivated(organization_id=organization, administrator_id=administrator):
            return [OpenPool(fact.id, administrator, 1, organization, administrator)]
        case MemberAdded(organization_id=organization, account_id=person, role=role):
            return [SetRole(fact.id, organization, 1, person, role)]
        case MemberRemoved(organization_id=organization, account_id=person):
            return [SetRole(fact.id, organization, 1, person, "REMOVED")]
    return []


def _grant(order: OrderPaid, line: CreditLine) -> Grant:
    purchase = Purchase(order.store, order.order_id, line.line_no, line.currency, line.unit_price)
    content = content_of(
        "grant", order.account_id.int, line.credits, line.category, line.expires_at
    )
    return Grant(
        order.account_id,
        order.account_id,
        content,
        line.credits,
        CATEGORIES[line.category],
        line.expires_at,
        purchase,
    )

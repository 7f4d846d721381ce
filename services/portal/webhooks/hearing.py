"""The portal's door for facts: what is owed for one is written down before it is acknowledged.

A fact and the deliveries and letters of it commit together, under the fact's id: one that comes
again, or in another order, owes nothing new. The sequences of its subject do not matter here, for
each fact is told by itself.
"""

from uuid import UUID

from faststream.rabbit import RabbitRouter

from services.portal.mail.letters import letters_about
from services.portal.operating.noticing import note
from services.portal.operating.wallets import OPERATORS
from services.portal.store import (
    awaited,
    dead_letters,
    deeds,
    deliveries,
    forms,
    identities,
    letters,
    sessions,
    tokens,
    uploads,
    webhooks,
    work_to_end,
)
from services.portal.store.deeds import Deed
from services.portal.store.deliveries import NewDelivery
from services.portal.webhooks.kinds import organization_of
from shared.clock import Clock
from shared.contracts.accounts import AccountForgotten
from shared.contracts.audit import Values
from shared.contracts.catalogue import FACT_BY_TYPE
from shared.contracts.credit_facts import CreditsClawedBack
from shared.contracts.message import Fact, FactData
from shared.contracts.money import format_credits
from shared.messaging import topology
from shared.messaging.doors import ServiceClock, open_queue
from shared.messaging.inbox import Act, act
from shared.postgres.pool import Pool

router = RabbitRouter()
facts = open_queue(router, topology.facts_of(topology.PORTAL))


@facts
async def hear_fact(fact: Fact[FactData], pool: Pool, clock: ServiceClock) -> None:
    await take(fact, pool, clock)


async def take(fact: Fact[FactData], pool: Pool, clock: Clock) -> None:
    """Write down what a fact has us tell, once."""
    async with act(pool, clock) as change:
        if not await deliveries.is_new_fact(change.connection, fact.id, change.now):
            return
        if isinstance(fact.data, AccountForgotten):
            await _forget(change, fact.data.account_id)
        await note(change.connection, fact)
        await _note_what_was_taken_back(change, fact)
        await _owe_deliveries(change, fact)
        owed = [(clock.new_id(), one) for one in letters_about(fact)]
        await letters.add_letters(change.connection, owed, change.now)


async def _forget(change: Act, account_id: UUID) -> None:
    """Whoever was erased gets no letter, and neither his browsers nor his programs come in."""
    await letters.forget_letters_of(change.connection, account_id)
    await deliveries.forget_words_of(change.connection, account_id)
    await sessions.end_of(change.connection, account_id)
    await uploads.drop_tables_about(change.connection, account_id)
    await awaited.forget(change.connection, account_id)
    await identities.unlink(change.connection, account_id)
    await forms.forget(change.connection, account_id)
    await work_to_end.forget(change.connection, account_id)
    await dead_letters.forget(change.connection, account_id)
    await tokens.forget_maker(change.connection, account_id, change.now)
    await deeds.forget(change.connection, account_id)


async def _note_what_was_taken_back(change: Act, fact: Fact[FactData]) -> None:
    """Let a wallet's trail tell what refunds and charge-backs took, which nobody here did."""
    if not isinstance(fact.data, CreditsClawedBack):
        return
    for line in fact.data.lines:
        if (line.refund_id or "").startswith(OPERATORS):
            continue  # Who recorded it, and why, is told since he did.
        told: Values = {"lot": line.lot, "amount": format_credits(line.amount)}
        if line.debt:
            told["owed"] = format_credits(line.debt)
        deed = Deed(
            id=line.id,
            organization_id=fact.data.owner,
            act=line.reason,
            by=None,
            at=fact.time,
            door=deeds.STORE,
            after={**told, "order_id": line.order_id},
        )
        await deeds.note(change.connection, deed)


async def _owe_deliveries(change: Act, fact: Fact[FactData]) -> None:
    organization = organization_of(fact)
    if organization is None:
        return
    listening = await webhooks.listening(change.connection, organization, fact.type)
    if not listening:
        return
    body = _written(fact)
    owed = [
        NewDelivery(change.clock.new_id(), webhook_id, fact.id, fact.type, body)
        for webhook_id in listening
    ]
    await deliveries.add_deliveries(change.connection, owed, change.now)


def _written(fact: Fact[FactData]) -> str:
    """A fact as it was said; as a fact of any kind it would lose the fields of its data."""
    whole = FACT_BY_TYPE[fact.type].model_construct(**dict(fact))
    return whole.model_dump_json(exclude_none=True)

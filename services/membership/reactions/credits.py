"""What membership does when the ledger speaks: it knows who has credits of his own.

Of the ledger's many facts only a few kinds come, so their sequences have gaps here: the latest of a
wallet counts.
"""

from uuid import UUID

from faststream.rabbit import RabbitMessage

from services.membership.reactions.door import apply, facts
from services.membership.store import personal_credits
from shared.clock import Clock
from shared.contracts.copies import CreditLedgerWatermark
from shared.contracts.credit_notices import PersonalCreditsActive, PersonalCreditsExhausted
from shared.contracts.message import Fact, FactData
from shared.contracts.snapshots import KnownPersonalCredits
from shared.contracts.transfers import AcceptTransfer, AppointAdministrator, RequestTransfer
from shared.copies.keeping import OF_CREDIT_LEDGER, Keeping, KnownSubject, SharedCopies
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import Act, hear_latest
from shared.messaging.topology import CREDIT_LEDGER
from shared.postgres.pool import Pool
from shared.service import Running


@facts(filter=carries(CreditLedgerWatermark))
async def the_ledger_is_known_until(
    fact: Fact[CreditLedgerWatermark], copies: SharedCopies
) -> None:
    """Note how far the ledger has spoken, and of whose credits a moment ago."""
    copies.hear(fact.data)


async def _is_of_the_ledger(message: RabbitMessage) -> bool:
    return (message.raw_message.type or "").startswith(f"coffer.{CREDIT_LEDGER}.")


@facts(filter=_is_of_the_ledger)
async def hear_the_ledger(fact: Fact[FactData], pool: Pool, clock: ServiceClock) -> None:
    await take_latest(fact, pool, clock)


async def take_latest(fact: Fact[FactData], pool: Pool, clock: Clock) -> None:
    """Take in a fact of the ledger, delivered or fetched, unless a later one was heard."""
    async with hear_latest(pool, fact, clock) as heard:
        for due in heard.due:
            if isinstance(due.data, PersonalCreditsActive | PersonalCreditsExhausted):
                await _save(heard, due.data, due.subject)
            else:
                await apply(heard, due.data)


async def _save(
    act: Act, told: PersonalCreditsActive | PersonalCreditsExhausted, wallet: UUID
) -> None:
    active = isinstance(told, PersonalCreditsActive)
    for line in told.lines:
        await personal_credits.save_personal_credits(
            act.connection, line.account_id, wallet=wallet, active=active
        )


async def _hear(running: Running, fact: Fact[FactData]) -> None:
    await take_latest(fact, running.pool, running.clock)


async def _replace(_: Running, act: Act, known: KnownSubject) -> None:
    assert isinstance(known, KnownPersonalCredits)
    await personal_credits.replace_personal_credits(act.connection, known)


async def _subjects(act: Act, after: UUID | None, until: UUID | None) -> set[UUID]:
    return await personal_credits.wallets_between(act.connection, after, until)


async def _conclude(running: Running) -> None:
    async with running.pool.acquire() as connection:
        await personal_credits.forget_what_no_wallet_holds(connection)


# Whoever is to administer has no credits of his own (T16): each of these looks.
SUCCESSION = (RequestTransfer, AcceptTransfer, AppointAdministrator)
keeping = Keeping(
    OF_CREDIT_LEDGER,
    hear=_hear,
    replace=_replace,
    subjects=_subjects,
    conclude=_conclude,
    decides=SUCCESSION,
)

"""What the ledger does when time passes: leases lapse, lots expire, waiting commands give up."""

from msgspec.structs import replace

from services.credit_ledger.engine.group_commit import Engine
from services.credit_ledger.engine.intake import waiting_act
from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.rules.acts import Act, Capture, Expire, Lapse, Void
from services.credit_ledger.store import sweeping
from services.credit_ledger.store.sweeping import DueParked
from shared.contracts.credits import CreditLedgerWatermark, HoldRefused
from shared.messaging import outbox
from shared.service import Running

SWEEP_SECONDS = 1.0
REFUSALS_SECONDS = 1.0
WATERMARK_SECONDS = 1.0


async def sweep(running: Running) -> None:
    """Each second, have decided what became due; the wallet's lock decides who settles a hold."""
    engine = running.rooms["engine"]
    assert isinstance(engine, Engine)
    while not running.stopping.is_set():
        now, new_id = running.clock.now(), running.clock.new_id
        async with running.pool.acquire() as connection:
            holds = await sweeping.due_holds(connection, now)
            wallets = await sweeping.due_wallets(connection, now)
            parked = await sweeping.due_parked(connection, now)
        acts: list[Act] = [Lapse(new_id(), due.owner, 0, due.hold) for due in holds]
        acts += [Expire(new_id(), owner, 0) for owner in wallets]
        await _settle(engine, acts, parked)
        await running.pause(SWEEP_SECONDS)


async def tell_refusals(running: Running) -> None:
    """Each second, tell how many were refused, by organization and code, for those who watch."""
    engine = running.rooms["engine"]
    assert isinstance(engine, Engine)
    while not running.stopping.is_set():
        for owner, refused in engine.take_refused().items():
            data = HoldRefused(owner=owner, refused=dict(refused))
            await outbox.announce(
                running.publisher,
                data,
                subject=owner,
                identifier=running.clock.new_id(),
                at=running.clock.now(),
            )
        await running.pause(REFUSALS_SECONDS)


async def watermark(running: Running) -> None:
    """Say that all is published, each second that it is."""
    while not running.stopping.is_set():
        now = running.clock.now()
        if await outbox.is_published(running.pool):
            said = CreditLedgerWatermark(at=now)
            await outbox.announce(
                running.publisher, said, identifier=running.clock.new_id(), at=now
            )
        await running.pause(WATERMARK_SECONDS)


async def _settle(engine: Engine, acts: list[Act], parked: list[DueParked]) -> None:
    gives_up: list[Act] = []
    for due in parked:
        act = waiting_act(due.parked)
        assert isinstance(act, Capture | Void)
        gives_up.append(replace(act, waited=True))
    if not acts and not gives_up:
        return
    outcomes = await engine.submit([*acts, *gives_up])
    late: list[Outcome] = [
        replace(outcome, reply_to=due.parked.reply_to)
        for outcome, due in zip(outcomes[len(acts) :], parked, strict=True)
    ]
    await engine.late(late)

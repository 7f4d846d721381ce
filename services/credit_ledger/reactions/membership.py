"""What the ledger does when membership speaks: pools open, people come and go."""

import structlog

from services.credit_ledger.engine.group_commit import Engine
from services.credit_ledger.reactions.door import (
    SharedClock,
    SharedEngine,
    SharedPublisher,
    facts,
)
from services.credit_ledger.reactions.enrolments import keep_enrolment
from services.credit_ledger.reactions.leaving import tell_released
from services.credit_ledger.rules.access_acts import ChangeAdministrator
from services.credit_ledger.rules.acts import Act, OpenPool, SetRole
from services.credit_ledger.rules.book import Refusal
from shared.contracts.catalogue import FACT_BY_TYPE
from shared.contracts.membership import MemberAdded, MemberRemoved
from shared.contracts.message import Fact, FactData
from shared.contracts.organizations import OrganizationActivated
from shared.contracts.refusals import RefusalCode
from shared.contracts.transfers import AdministratorChanged
from shared.messaging.inbox import hear
from shared.messaging.publisher import Publisher
from shared.postgres.pool import NotYetError, Pool

log = structlog.get_logger()


@facts
async def membership_spoke(
    fact: Fact[FactData],
    pool: Pool,
    engine: SharedEngine,
    clock: SharedClock,
    publisher: SharedPublisher,
) -> None:
    """An organization opens its pool; people come without access and go without it; so do nodes.

    A fact that the ledger cannot take is buried, and those after it go on: one that was in the way
    would stop its organization for good.
    """
    refused: list[tuple[Fact[FactData], Refusal]] = []
    async with hear(pool, fact, clock) as heard:
        for due in heard.due:
            await keep_enrolment(heard.connection, due.data)
            # One by one: the pool that one opens has to be there before the next names it.
            refusal = await _refusal(engine, due)
            if refusal is not None:
                refused.append((due, refusal))
    for due, refusal in refused:
        await _bury(publisher, due, refusal)
    untaken = {due.id for due, _ in refused}
    for due in heard.due:
        if due.id not in untaken:
            await tell_released(due, pool=pool, publisher=publisher, clock=clock)


async def _refusal(engine: Engine, fact: Fact[FactData]) -> Refusal | None:
    """Have a fact decided; the refusal of one that cannot be taken."""
    act = _act(fact)
    if act is None:
        return None
    [outcome] = await engine.submit([act])
    if outcome.refusal is not None and _is_early(act, outcome.refusal):
        message = f"{fact.type} {fact.id}: {act.owner} still administers another pool here"
        raise NotYetError(message)
    return outcome.refusal


def _is_early(act: Act, refusal: Refusal) -> bool:
    """Whether a pool is to open for somebody whose hand-over of another was not heard yet (T16).

    Both are said in one breath, but of two organizations; each is heard in its own order.
    """
    code = RefusalCode.ACCOUNT_ALREADY_HAS_ORGANIZATION
    return isinstance(act, OpenPool) and refusal.code == code


async def _bury(publisher: Publisher, fact: Fact[FactData], refusal: Refusal) -> None:
    reason = f"{refusal.code}: the ledger refused it ({refusal.limit})"
    log.error("fact_refused", type=fact.type, fact=str(fact.id), reason=reason)
    # Written as the contract it is: as a fact of any kind it would lose the fields of its data.
    whole = FACT_BY_TYPE[fact.type].model_construct(**dict(fact))
    await publisher.bury_patiently(
        whole.model_dump_json(exclude_none=True).encode(),
        reason=reason,
        type_name=fact.type,
        message_id=fact.id,
    )


def _act(fact: Fact[FactData]) -> Act | None:
    """Read what concerns wallets: who joined, left or administers, at the fact's own time."""
    match fact.data:
        case OrganizationActivated(
            organization_id=organization, administrator_id=administrator, activated_at=at
        ):
            return OpenPool(fact.id, administrator, 1, organization, administrator, at)
        case MemberAdded(organization_id=organization, account_id=person, role=role, added_at=at):
            return SetRole(fact.id, organization, 1, person, role, at)
        case MemberRemoved(organization_id=organization, account_id=person, removed_at=at):
            return SetRole(fact.id, organization, 1, person, "REMOVED", at)
        case AdministratorChanged(
            organization_id=organization,
            from_account_id=former,
            to_account_id=chosen,
            from_role=role,
            changed_at=at,
        ):
            return ChangeAdministrator(fact.id, organization, 1, former, chosen, role, at)
    return None

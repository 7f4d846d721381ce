"""A fact of membership that the ledger cannot take is buried; those after it go on (R7, T19)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from structlog.testing import capture_logs

from services.credit_ledger.reactions.membership import membership_spoke
from services.credit_ledger.timers import warn_of_old_facts
from shared.contracts.credit_queries import ListCreditAccess
from shared.contracts.membership import MemberAdded, MemberRemoved
from shared.contracts.message import FactData
from shared.contracts.organizations import OrganizationActivated
from shared.contracts.transfers import AdministratorChanged
from shared.messaging.topology import FACTS
from shared.postgres.pool import NotYetError, open_pool
from tests.builders import CLOCK, an_id
from tests.doors.credit_ledger.farm import Farm
from tests.ledger.access_acts import a_succession
from tests.ledger.acts import a_role
from tests.ledger.desk import Desk, LedgerDatabase, an_organization
from tests.ledger.engines import running_engine
from tests.ledger.hearing import Announced
from tests.ledger.seen import pool_of
from tests.listening import Listener
from tests.speaking import a_fact, outgoing
from tests.waiting import eventually


def a_removal(organization: UUID, person: UUID) -> MemberRemoved:
    return MemberRemoved(organization_id=organization, account_id=person, removed_at=CLOCK.now())


def an_addition(organization: UUID, person: UUID) -> MemberAdded:
    return MemberAdded(
        organization_id=organization, account_id=person, role="MEMBER", added_at=CLOCK.now()
    )


async def test_R7_facts_after_a_refused_one_are_taken_and_it_lies_with_the_dead(
    farm: Farm, dead: Listener
) -> None:
    eva = an_id()
    refused = a_fact(a_removal(farm.id, farm.ana), subject=farm.id, sequence=3)
    await farm.membership.publish(outgoing(refused, exchange=FACTS))
    await farm.membership_says(an_addition(farm.id, eva), 4)

    async def people() -> set[str]:
        shown = await farm.asks(ListCreditAccess())
        found: Any = (shown.result or {})["people"]
        return {person["account_id"] for person in found}

    await eventually(people, lambda known: str(eva) in known)
    assert "cannot_remove_administrator" in await dead.reason_of_burial(refused.id)


async def heard_by(
    database: LedgerDatabase, subject: UUID, *told: tuple[int, FactData]
) -> Announced:
    """Let facts be heard one after another by a whole engine; what is said and buried thereby."""
    announced: Any = Announced()
    async with await open_pool(database.service_url) as pool, running_engine(database) as engine:
        for sequence, data in told:
            fact = a_fact(data, subject=subject, sequence=sequence)
            try:
                await membership_spoke(fact, pool, engine, CLOCK, announced)
            except NotYetError:
                announced.early.append(data)
    found: Announced = announced
    return found


async def test_R7_one_that_had_waited_is_buried_itself_and_nobody_is_said_to_be_out(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur, eva = await an_organization(desk), an_id()
    removal = a_removal(larkspur.id, larkspur.ana)

    announced = await heard_by(
        database,
        larkspur.id,
        (3, an_addition(larkspur.id, eva)),
        (2, removal),
        (1, an_addition(larkspur.id, an_id())),
        (4, a_removal(larkspur.id, eva)),
    )

    [(buried, reason)] = announced.buried
    assert buried == removal
    assert "cannot_remove_administrator" in reason
    said: Any = announced.said
    assert [released.account_id for released in said] == [eva]
    heard = await desk.connection.fetchval(
        "SELECT sequence FROM heard WHERE subject = $1", larkspur.id
    )
    assert heard == 4


async def test_R7_T16_an_administrator_who_was_not_hands_nothing_over(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    changed = AdministratorChanged(
        organization_id=larkspur.id,
        from_account_id=larkspur.dan,
        to_account_id=larkspur.ben,
        from_role="MEMBER",
        changed_at=CLOCK.now(),
    )

    announced = await heard_by(database, larkspur.id, (1, changed))

    [(_, reason)] = announced.buried
    assert "not_administrator" in reason
    assert await pool_of(desk, larkspur.ana) == (500, 0, 500)


async def test_R7_no_pool_ever_has_two_administrators_whatever_the_rules_say(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)

    with pytest.raises(asyncpg.UniqueViolationError, match="access_one_administrator"):
        await desk.connection.execute(
            "UPDATE access SET role = 'ADMINISTRATOR' WHERE person = $1 AND role = 'MEMBER'",
            larkspur.ben,
        )

    new = an_id()
    await desk.decide(a_role(larkspur.id, new))
    for former, chosen in ((larkspur.ana, larkspur.ben), (larkspur.ben, new)):
        [outcome] = await desk.decide(a_succession(larkspur.id, former, chosen))
        assert outcome.refusal is None
    assert await pool_of(desk, new) == (500, 0, 500)


async def test_facts_that_wait_for_long_are_warned_of(database: LedgerDatabase, desk: Desk) -> None:
    larkspur = await an_organization(desk)
    await heard_by(database, larkspur.id, (7, an_addition(larkspur.id, an_id())))

    async with await open_pool(database.service_url) as pool:
        with capture_logs() as young:
            await warn_of_old_facts(pool, CLOCK.now())
        with capture_logs() as old:
            await warn_of_old_facts(pool, CLOCK.now() + timedelta(minutes=2))

    assert young == []
    [entry] = old
    assert (entry["event"], entry["log_level"]) == ("facts_wait", "warning")
    assert (entry["source"], entry["facts"], entry["subjects"]) == ("/coffer/membership", 1, 1)


async def test_T16_a_pool_opens_once_the_hand_over_said_in_the_same_breath_is_heard(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur, own = await an_organization(desk), an_id()
    now = CLOCK.now()
    activated = OrganizationActivated(
        organization_id=own, administrator_id=larkspur.ana, activated_at=now
    )
    waits = await heard_by(database, own, (1, activated))
    assert (waits.early, waits.buried) == ([activated], [])
    changed = AdministratorChanged(
        organization_id=larkspur.id,
        from_account_id=larkspur.ana,
        to_account_id=larkspur.ben,
        from_role="GUEST",
        changed_at=now,
    )
    handed_over = await heard_by(database, larkspur.id, (1, changed))
    assert handed_over.buried == []

    told = await heard_by(database, own, (1, activated))

    assert told.buried == []
    assert await pool_of(desk, own) == (0, 0, 0)

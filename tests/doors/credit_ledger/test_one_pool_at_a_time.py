"""Whatever people do in whatever order, nobody ever draws on two wallets (R36, I7)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final, Literal
from uuid import UUID

import pytest

from services.credit_ledger.rules.acts import Act
from tests.ledger.access_acts import a_request, a_restart, a_succession, an_answer, an_edit
from tests.ledger.acts import (
    CREDIT,
    a_capture,
    a_debit,
    a_grant,
    a_pool,
    a_role,
    a_void,
    an_access,
    an_authorize,
    an_id,
)
from tests.ledger.desk import Desk, LedgerDatabase, desk_at
from tests.ledger.one_pool import broken_one_pool_rules

BATCH_MAX = 6


@dataclass
class Company:
    """An organization that anybody may join, as membership would tell of it.

    A freelancer who has a pool of his own is among the people; he joins as a Guest alone.
    """

    random: Random
    id: UUID = field(default_factory=an_id)
    administrator: UUID = field(default_factory=an_id)
    freelancer: UUID = field(default_factory=an_id)
    studio: UUID = field(default_factory=an_id)
    outside: set[UUID] = field(default_factory=set)
    inside: set[UUID] = field(default_factory=set)
    holds: list[tuple[UUID, UUID]] = field(default_factory=list)
    requests: list[UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.outside = {self.freelancer, *(an_id() for _ in range(3))}
        self.people = sorted(self.outside, key=str)

    def opens(self) -> list[Act]:
        return [
            a_grant(self.administrator, 50_000 * CREDIT),
            a_pool(self.administrator, self.id),
            a_pool(self.freelancer, self.studio),
        ]

    def acts(self) -> list[Act]:
        """What one batch brings; roles change as membership allows it."""
        acts = []
        for _ in range(self.random.randrange(1, BATCH_MAX)):
            weights = list(WEIGHTS.values())
            [act] = self.random.choices(list(WEIGHTS), weights)
            acts.append(act(self))
        return acts

    def anybody(self) -> UUID:
        return self.random.choice(self.people)

    def amount(self) -> int:
        return self.random.choice((1, 2, 5, 20)) * CREDIT

    def wallet_of(self, person: UUID) -> UUID:
        """The organization's, or the person's own."""
        return self.random.choice((self.id, person))


def joins_or_leaves(company: Company) -> Act:
    person = company.anybody()
    if person in company.inside:
        company.inside.remove(person)
        company.outside.add(person)
        return a_role(company.id, person, "REMOVED")
    company.outside.remove(person)
    company.inside.add(person)
    role: Literal["MEMBER", "GUEST"] = "GUEST"
    if person != company.freelancer:
        role = company.random.choice(("MEMBER", "GUEST", "GUEST"))
    return a_role(company.id, person, role)


def is_given_access(company: Company) -> Act:
    limit = company.random.choice((None, company.amount()))
    mode: Literal["unlimited", "quota"] = "unlimited" if limit is None else "quota"
    return an_access(company.id, company.anybody(), mode, limit, by=company.administrator)


def loses_access(company: Company) -> Act:
    person = company.anybody()
    by = company.random.choice((company.administrator, person))
    return an_access(company.id, person, "disabled", by=by)


def asks(company: Company) -> Act:
    act = a_request(company.id, "unlimited", None, by=company.anybody())
    company.requests.append(act.command)
    return act


def is_answered(company: Company) -> Act:
    request = company.random.choice(company.requests) if company.requests else an_id()
    return an_answer(company.id, request, by=company.administrator)


def has_quota_changed(company: Company) -> Act:
    if company.random.random() < 0.5:
        return a_restart(company.id, company.anybody(), by=company.administrator)
    return an_edit(company.id, company.anybody(), company.amount(), by=company.administrator)


def buys(company: Company) -> Act:
    return a_grant(company.anybody(), company.amount())


def spends(company: Company) -> Act:
    person = company.anybody()
    return a_debit(company.wallet_of(person), person, company.amount())


def holds(company: Company) -> Act:
    person = company.anybody()
    wallet = company.wallet_of(person)
    act = an_authorize(wallet, person, company.amount())
    company.holds.append((wallet, act.command))
    return act


def ends_a_hold(company: Company) -> Act:
    if not company.holds:
        return spends(company)
    wallet, hold = company.holds.pop(company.random.randrange(len(company.holds)))
    if company.random.random() < 0.3:
        return a_void(wallet, hold)
    return a_capture(wallet, hold, CREDIT, final=company.random.random() < 0.7)


def succeeds(company: Company) -> Act:
    """Somebody inside, who owns no pool, becomes the Administrator."""
    able = sorted(company.inside - {company.freelancer}, key=str)
    if not able:
        return buys(company)
    former, chosen = company.administrator, company.random.choice(able)
    company.administrator = chosen
    company.inside = (company.inside - {chosen}) | {former}
    company.people = [former if person == chosen else person for person in company.people]
    role: Literal["MEMBER", "GUEST"] = company.random.choice(("MEMBER", "GUEST"))
    return a_succession(company.id, former, chosen, role)


WEIGHTS: Final[dict[Callable[[Company], Act], int]] = {
    joins_or_leaves: 10,
    is_given_access: 16,
    loses_access: 8,
    asks: 4,
    is_answered: 4,
    has_quota_changed: 4,
    buys: 10,
    spends: 24,
    holds: 16,
    ends_a_hold: 14,
    succeeds: 2,
}


@pytest.mark.parametrize("seed", range(4))
async def test_R36_I7_nobody_draws_on_two_wallets(database: LedgerDatabase, seed: int) -> None:
    await played(database, seed, batches=60)


@pytest.mark.verify
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(100, 130))
async def test_R36_I7_nobody_draws_on_two_wallets_for_long(
    database: LedgerDatabase, seed: int
) -> None:
    await played(database, seed, batches=400)


async def played(database: LedgerDatabase, seed: int, *, batches: int) -> None:
    random = Random(seed)
    company = Company(random)
    async with desk_at(database) as one, desk_at(database) as other:
        desks: list[Desk] = [one, other]
        for act in company.opens():
            await one.decide(act)
        for number in range(batches):
            await random.choice(desks).decide(*company.acts())
            assert await broken_one_pool_rules(one.connection) == [], f"batch {number}"
        enabled = await one.connection.fetchval(
            "SELECT count(*) FROM hold JOIN wallet ON wallet.id = hold.wallet"
            " WHERE kind = 'ORGANIZATION' AND hold.epoch > 0"
        )
    assert enabled > 0
    assert (await database.reconciled()).differences == ()

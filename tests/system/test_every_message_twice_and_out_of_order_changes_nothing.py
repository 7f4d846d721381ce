"""I7: the broker may repeat and reorder what it likes; nobody's balance can tell."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

import pytest

from shared.client.letters import Letter
from shared.contracts.credits import SetCreditAccess
from shared.contracts.licensing import AssignLicense
from shared.contracts.membership import AddMember
from shared.contracts.message import Command, CommandData
from shared.messaging.topology import STORE
from tests.builders import LUMEN, a_credit_line, a_license_line, a_purchase, an_account, an_id
from tests.speaking import Portal, a_fact, outgoing
from tests.system.company import Company, Voices

# Whichever license comes first makes the organization and seats Ana (A13): so they are of one
# product, and each of the others is for more than one.
ORDERS = (
    (a_license_line(seats=2), a_credit_line(line_no=2)),
    (a_credit_line(credits=70_000_000),),
    (a_license_line(seats=3),),
)
SEATS = 5
JOBS = (("Ben", "90", "84"), ("Chloe", "60", "60"), ("Ben", "30", "0.000001"), ("Chloe", "5", "5"))
SEEDS = (1, 2)
Send = Callable[[], Awaitable[object]]


async def in_order(voices: Voices) -> dict[str, Any]:
    """The same company, told once and in the order it happened."""
    company = Company(voices)
    await company.registers()
    for lines in ORDERS:
        await voices.store.says(a_purchase(account_id=company.ids["Ana"], lines=lines))
    await company.appears()
    await company.pool_becomes(granted="570")
    await company.seats_become(SEATS)
    for send in joinings_of(company):
        await send()
    await company.is_known_to_all()
    for send in allowances_of(company):
        await send()
    for letter in letters_of(company):
        assert await company.sends(letter) == "accepted"
    return await company.standing()


@pytest.mark.parametrize("seed", SEEDS)
async def test_twice_and_shuffled_ends_where_once_and_in_order_does(
    voices: Voices, seed: int
) -> None:
    """Orders before accounts, licenses before people, captures before their holds (I7, T19)."""
    random = Random(seed)
    expected = await in_order(voices)
    company = Company(voices)
    await twice_and_shuffled(beginnings_of(company), random)
    await company.appears()
    await company.pool_becomes(granted="570")
    await company.seats_become(SEATS)
    await twice_and_shuffled(joinings_of(company), random)
    await company.is_known_to_all()
    await twice_and_shuffled(allowances_of(company), random)
    await twice_and_shuffled(spendings_of(company), random)

    assert await company.standing() == expected


async def twice_and_shuffled(sends: Sequence[Send], random: Random) -> None:
    """Everything at once in any order, then everything again in another."""
    for _ in range(2):
        await asyncio.gather(*(send() for send in random.sample(sends, len(sends))))


def beginnings_of(company: Company) -> list[Send]:
    """Registrations and purchases; whoever buys may register later."""
    ana, voices = company.ids["Ana"], company.voices
    purchases = [
        outgoing(a_fact(a_purchase(account_id=ana, lines=lines), subject=ana), exchange=STORE)
        for lines in ORDERS
    ]
    accounts = [
        voices.portal.command(an_account(account_id=account), by=account)
        for account in company.ids.values()
    ]
    sends: list[Send] = [partial(voices.store.publisher.publish, each) for each in purchases]
    return [*sends, *(partial(voices.portal.sends, each) for each in accounts)]


def joinings_of(company: Company) -> list[Send]:
    return commands(
        company, *(AddMember(account_id=each, role="MEMBER") for each in staff(company))
    )


def allowances_of(company: Company) -> list[Send]:
    """Seats and quotas."""
    seats = (AssignLicense(product=LUMEN, account_id=each) for each in staff(company))
    quotas = (
        SetCreditAccess(account_id=each, mode="quota", limit=200_000_000) for each in staff(company)
    )
    return commands(company, *seats, *quotas)


def letters_of(company: Company) -> list[Letter]:
    """What render nodes send: each hold, and its capture."""
    pairs = ((who, held, used, an_id()) for who, held, used in JOBS)
    return [
        letter
        for who, held, used, hold in pairs
        for letter in (company.authorize(who, held, hold), company.capture(who, used, hold))
    ]


def spendings_of(company: Company) -> list[Send]:
    return [partial(company.sends_doubtfully, letter) for letter in letters_of(company)]


def commands(company: Company, *orders: CommandData) -> list[Send]:
    portal, ana = company.voices.portal, company.ids["Ana"]
    made = [portal.command(each, by=ana, owner=company.organization) for each in orders]
    return [partial(accepted, portal, each) for each in made]


def staff(company: Company) -> tuple[UUID, UUID]:
    return company.ids["Ben"], company.ids["Chloe"]


async def accepted(portal: Portal, command: Command[CommandData]) -> None:
    verdict = await portal.sends(command)
    assert verdict.accepted, verdict

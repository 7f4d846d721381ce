"""Accounts open once and are shown to their owner alone (R1, R9, A16)."""

import asyncio

from shared.contracts.accounts import AccountRegistered, ShowAccount
from shared.contracts.refusals import RefusalCode
from tests.builders import an_account, an_id
from tests.listening import Listener
from tests.processes import ServiceProcess
from tests.speaking import Portal


async def test_R9_an_account_gets_a_customer_number_that_its_owner_sees(
    membership: ServiceProcess, portal: Portal
) -> None:
    account = an_account(name="Fay")

    opened = await portal.ask(account)
    shown = await portal.ask(ShowAccount(account_id=account.account_id), by=account.account_id)

    assert opened.result is not None
    assert str(opened.result["customer_number"]).startswith("CN-")
    assert shown.result == {
        "account_id": str(account.account_id),
        "email": account.email,
        "name": "Fay",
        "customer_number": opened.result["customer_number"],
    }


async def test_R9_nobody_else_sees_an_account(membership: ServiceProcess, portal: Portal) -> None:
    account = an_account()
    await portal.ask(account)

    for somebody in (an_id(), None):
        shown = await portal.ask(ShowAccount(account_id=account.account_id), by=somebody)
        assert shown.refused is not None
        assert shown.refused.code is RefusalCode.UNKNOWN_ACCOUNT


async def test_A16_an_email_in_other_letters_is_taken(
    membership: ServiceProcess, portal: Portal
) -> None:
    first = an_account()
    await portal.ask(first)

    second = await portal.ask(an_account(email=first.email.upper()))

    assert second.refused is not None
    assert second.refused.code is RefusalCode.EMAIL_TAKEN


async def test_A16_of_many_at_once_one_gets_the_email(
    membership: ServiceProcess, portal: Portal
) -> None:
    email = an_account().email

    verdicts = await asyncio.gather(*(portal.ask(an_account(email=email)) for _ in range(10)))

    assert [verdict.accepted for verdict in verdicts].count(True) == 1


async def test_A20_facts_carry_no_name_and_no_email(
    membership: ServiceProcess, portal: Portal, facts: Listener
) -> None:
    account = an_account(name="Chloe Unforgettable")

    await portal.ask(account)
    await facts.fact(AccountRegistered, account.account_id)

    bodies = b"".join(message.body for message in facts.messages)
    assert account.email.encode() not in bodies
    assert b"Unforgettable" not in bodies

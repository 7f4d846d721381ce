"""An account may be reached under another address, that nobody else has (A16, A20)."""

import asyncio

import pytest

from shared.contracts.accounts import ChangeEmail, FindAccount
from shared.contracts.refusals import RefusalCode
from tests.builders import an_account, an_id
from tests.databases import Database
from tests.doors.membership.people import (
    Registered,
    code_of,
    profile,
    refusal,
    registered,
    result_of,
)
from tests.processes import ServiceProcess
from tests.speaking import Portal


@pytest.fixture
async def gil(membership: ServiceProcess, portal: Portal) -> Registered:
    return await registered(portal)


async def test_A16_an_account_is_found_under_its_new_address_alone(
    gil: Registered, portal: Portal
) -> None:
    email = an_account().email

    changed = await portal.ask(ChangeEmail(email=email), by=gil.id)

    assert result_of(changed)["email"] == email
    assert (await profile(portal, gil.id)).email == email
    found = result_of(await portal.ask(FindAccount(email=email)))
    assert found["account_id"] == str(gil.id)
    assert await refusal(portal, FindAccount(email=gil.email)) is RefusalCode.UNKNOWN_ACCOUNT
    assert (await portal.ask(an_account(email=gil.email))).accepted


async def test_A16_an_address_may_change_its_letters(gil: Registered, portal: Portal) -> None:
    changed = await portal.ask(ChangeEmail(email=gil.email.upper()), by=gil.id)

    assert result_of(changed)["email"] == gil.email.upper()


async def test_A16_the_same_change_again_answers_the_same(gil: Registered, portal: Portal) -> None:
    asked, id = ChangeEmail(email=an_account().email), an_id()

    first = await portal.ask(asked, by=gil.id, id=id)
    again = await portal.ask(asked, by=gil.id, id=id)
    other = await portal.ask(ChangeEmail(email=an_account().email), by=gil.id, id=id)

    assert first == again
    assert code_of(other) is RefusalCode.IDEMPOTENCY_KEY_REUSED


async def test_A16_another_accounts_address_is_taken(gil: Registered, portal: Portal) -> None:
    other = await registered(portal)

    code = await refusal(portal, ChangeEmail(email=other.email.upper()), by=gil.id)

    assert code is RefusalCode.EMAIL_TAKEN
    assert (await profile(portal, gil.id)).email == gil.email


async def test_A16_nobody_changes_the_address_of_an_account_that_is_not(
    membership: ServiceProcess, portal: Portal
) -> None:
    change = ChangeEmail(email=an_account().email)

    assert await refusal(portal, change, by=an_id()) is RefusalCode.UNKNOWN_ACCOUNT
    assert await refusal(portal, change) is RefusalCode.UNKNOWN_ACCOUNT


async def test_A16_of_many_who_want_one_address_one_gets_it(
    gil: Registered, portal: Portal, membership: ServiceProcess
) -> None:
    others = [await registered(portal) for _ in range(4)]
    change = ChangeEmail(email=an_account().email)

    changes = (portal.ask(change, by=one.id) for one in (gil, *others))
    verdicts = await asyncio.gather(*changes, portal.ask(an_account(email=change.email)))

    codes = [code_of(verdict) for verdict in verdicts]
    assert codes.count(None) == 1
    assert set(codes) == {None, RefusalCode.EMAIL_TAKEN}


async def test_A20_no_remembered_verdict_has_an_address(
    gil: Registered, portal: Portal, membership_pool: Database
) -> None:
    id = an_id()

    await portal.ask(ChangeEmail(email=an_account().email), by=gil.id, id=id)

    remembered = await membership_pool.fetchval(
        "SELECT verdict::text FROM inbox WHERE command = $1", id
    )
    assert str(gil.id) in remembered
    assert "@" not in remembered

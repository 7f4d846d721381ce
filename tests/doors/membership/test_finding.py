"""Who looks after people finds their ids: by address, number, name, or page after page (A16)."""

from uuid import UUID

import pytest

from deploy.native.stack import Stack
from shared.contracts.accounts import FindAccount, ForgetAccount
from shared.contracts.organizations import ListOrganizations
from shared.contracts.refusals import RefusalCode
from shared.messaging.ask import asker
from shared.messaging.publisher import Publisher
from tests.builders import an_account, an_id
from tests.doors.membership.larkspur import Larkspur
from tests.doors.membership.people import (
    Registered,
    confirmed,
    licensed,
    refusal,
    registered,
    result_of,
)
from tests.processes import ServiceProcess
from tests.speaking import Portal


@pytest.fixture
async def ana(membership: ServiceProcess, portal: Portal, licensing_voice: Publisher) -> Registered:
    """Somebody who administers an organization by his license."""
    return await licensed(portal, licensing_voice)


async def test_A16_an_account_is_found_by_any_of_its_names(
    organized: Larkspur, operator: Portal
) -> None:
    ben = await organized.joined("GUEST")
    by_id = result_of(await operator.ask(FindAccount(account_id=ben)))

    email, number = str(by_id["email"]), str(by_id["customer_number"])

    assert by_id["joined_organization_id"] == str(organized.id)
    assert by_id["role"] == "GUEST"
    for asked in (FindAccount(email=email.upper()), FindAccount(customer_number=number.lower())):
        assert result_of(await operator.ask(asked)) == by_id


async def test_A16_the_organization_that_somebody_administers_is_told(
    organized: Larkspur, operator: Portal
) -> None:
    found = result_of(await operator.ask(FindAccount(account_id=organized.ana)))

    assert found["organization_id"] == str(organized.id)
    assert "joined_organization_id" not in found


async def test_A20_a_forgotten_person_is_found_by_nothing(
    ana: Registered, portal: Portal, operator: Portal
) -> None:
    gil = await registered(portal)
    forget = ForgetAccount(account_id=gil.id, reason="asked for it")
    result_of(await operator.ask(forget, by=ana.id))

    for asked in (
        FindAccount(account_id=gil.id),
        FindAccount(email=gil.email),
        FindAccount(customer_number=gil.number),
    ):
        assert await refusal(operator, asked) is RefusalCode.UNKNOWN_ACCOUNT


@pytest.mark.parametrize("names", [{}, {"account_id": an_id(), "customer_number": "CN-1"}])
def test_A16_an_account_is_asked_for_by_one_name(names: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="one of them"):
        FindAccount.model_validate(names)


async def test_A16_an_organization_is_found_by_its_id_number_or_administrator(
    portal: Portal, operator: Portal, membership: ServiceProcess
) -> None:
    name = f"Fay {an_id()}"
    fay = await registered(portal, an_account(name=f"{name} of Fern"))
    fern = await confirmed(portal, operator, fay)

    for text in (str(fern), str(fay.id).upper(), fay.number.lower(), name.upper(), fay.email[3:]):
        assert await listed(operator, text) == [fern], text
    assert await listed(operator, "nobody-is-called-that%") == []


async def test_A16_pages_of_organizations_have_each_once(
    portal: Portal, operator: Portal, membership: ServiceProcess
) -> None:
    name = an_id().hex
    all_of_them = {
        await confirmed(portal, operator, await registered(portal, an_account(name=name)))
        for _ in range(5)
    }

    assert await listed(operator, name, limit=2) == sorted(all_of_them)
    assert await listed(operator, name, limit=5) == sorted(all_of_them)


async def test_A17_only_who_may_find_people_lists_organizations(
    stack: Stack, ana: Registered, portal: Portal
) -> None:
    assert (await portal.ask(ListOrganizations(limit=1))).accepted
    async with asker(stack.amqp_url) as somebody:
        code = await refusal(Portal(somebody), ListOrganizations(), by=ana.id)

    assert code is RefusalCode.OPERATOR_REQUIRED


async def listed(operator: Portal, text: str, *, limit: int = 100) -> list[UUID]:
    """Every organization that a text finds, page after page, as they come."""
    found: list[UUID] = []
    after: UUID | None = None
    while True:
        asked = ListOrganizations(search=text, after=after, limit=limit)
        answer = result_of(await operator.ask(asked))
        page = answer["organizations"]
        assert isinstance(page, list)
        assert len(page) <= limit
        found += [UUID(str(one["organization_id"])) for one in page if isinstance(one, dict)]
        if answer.get("after") is None:
            return found
        after = UUID(str(answer["after"]))

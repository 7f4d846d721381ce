"""Who has not heard another for too long decides nothing by its copy, and the rest as ever."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shared.contracts.checkouts import SetFloating
from shared.contracts.credit_access import EditQuota, RequestCredits
from shared.contracts.credit_queries import ShowPool
from shared.contracts.credit_terms import SetPoolTerms
from shared.contracts.credits import SetCreditAccess
from shared.contracts.licensing import AssignLicense, ListLicenses, ReassignLicense, RevokeLicense
from shared.contracts.message import CommandData, Verdict
from shared.contracts.refusals import RefusalCode
from shared.contracts.transfers import AcceptTransfer, AppointAdministrator, RequestTransfer
from tests.builders import LUMEN, an_id
from tests.copies.business import Business
from tests.copies.trio import Services
from tests.speaking import Portal, Store
from tests.waiting import eventually

pytestmark = pytest.mark.verify

IMPATIENT = {"COFFER_COPY_STALE_SECONDS": "2"}


@pytest.fixture
async def impatient(services: Services) -> AsyncIterator[Services]:
    """Services that wait for membership for two seconds instead of a minute."""
    async with impatiently(services, "licensing", "credit_ledger"):
        yield services


@pytest.fixture
async def impatient_membership(services: Services) -> AsyncIterator[Services]:
    """Membership that waits for the ledger for two seconds instead of a minute."""
    async with impatiently(services, "membership"):
        yield services


@asynccontextmanager
async def impatiently(services: Services, *names: str) -> AsyncIterator[None]:
    kept = {name: dict(services.processes[name].environment) for name in names}
    for name in names:
        await restart(services, name, IMPATIENT)
    yield
    for name in names:
        await restart(services, name, kept[name])


async def restart(services: Services, name: str, settings: dict[str, str]) -> None:
    process = services.processes[name]
    await process.stop()
    process.environment.update(settings)
    await process.start()


async def is_stale(company: Business, data: CommandData) -> None:
    """Wait until an act is refused for what its service has not heard."""
    await eventually(
        lambda: company.does(data), lambda verdict: code(verdict) is RefusalCode.COPY_STALE
    )


def code(verdict: Verdict) -> RefusalCode | None:
    return verdict.refused.code if verdict.refused is not None else None


async def test_acts_over_people_are_refused_while_membership_is_silent_and_pass_when_it_speaks(
    impatient: Services, people: Portal, shop: Store
) -> None:
    company = Business(people, shop)
    await company.opens()
    await company.adds(2)
    await company.seats(company.added[0])
    ben, chloe = company.added
    access = SetCreditAccess(account_id=ben, mode="unlimited")
    await eventually(lambda: company.does(access), lambda verdict: verdict.accepted)
    assign = people.command(
        AssignLicense(product=LUMEN, account_id=chloe), by=company.administrator, owner=company.id
    )

    await impatient.processes["membership"].stop()
    for harmless in (RevokeLicense(product="none", account_id=ben), access):
        await is_stale(company, harmless)
    for data in (
        RevokeLicense(product=LUMEN, account_id=ben),
        ReassignLicense(product=LUMEN, from_account_id=ben, to_account_id=chloe),
        SetFloating(product=LUMEN, everyone=True),
        EditQuota(account_id=ben, limit=1_000_000),
        SetPoolTerms(observe=True),
    ):
        assert code(await company.does(data)) is RefusalCode.COPY_STALE
    assert code(await people.sends(assign)) is RefusalCode.COPY_STALE
    assert (await company.does(ListLicenses())).accepted
    assert (await company.does(ShowPool())).accepted
    request = RequestCredits(mode="unlimited", reason="a film")
    assert code(await people.ask(request, by=chloe, owner=company.id)) is None
    quiet = [
        line
        for line in impatient.processes["licensing"].log
        if line.get("event") == "owner_does_not_answer"
    ]
    assert len(quiet) <= 2

    await impatient.processes["membership"].start()
    await eventually(lambda: people.sends(assign), lambda verdict: verdict.accepted)
    await eventually(lambda: company.does(access), lambda verdict: code(verdict) is None)


async def test_T16_nobody_becomes_administrator_while_the_ledger_is_silent(
    impatient_membership: Services, people: Portal, shop: Store, operator: Portal
) -> None:
    company = Business(people, shop)
    await company.opens()
    await company.adds(1)
    [ben] = company.added
    ledger = impatient_membership.processes["credit_ledger"]
    request = people.command(
        RequestTransfer(to_account_id=ben), by=company.administrator, owner=company.id
    )

    await ledger.stop()
    await is_stale(company, RequestTransfer(to_account_id=an_id()))
    assert code(await people.sends(request)) is RefusalCode.COPY_STALE
    accept = AcceptTransfer(transfer_id=an_id())
    assert code(await people.ask(accept, by=ben, owner=company.id)) is RefusalCode.COPY_STALE
    appoint = AppointAdministrator(account_id=ben, reason="lost")
    assert code(await operator.ask(appoint, owner=company.id)) is RefusalCode.COPY_STALE
    await company.adds(1)

    await ledger.start()
    await eventually(lambda: people.sends(request), lambda verdict: verdict.accepted)

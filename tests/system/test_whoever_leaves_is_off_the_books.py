"""A removal goes through all three services, and finishes whoever dies on the way (T1, R16)."""

import os
import signal

import pytest

from deploy.native.stack import Stack
from shared.contracts.licensing import AssignLicense
from shared.contracts.membership import AddMember, MemberOffboarded, MemberRemoved, RemoveMember
from tests.builders import LUMEN, a_credit_line, a_license_line, a_purchase
from tests.listening import Listener, listening_to_facts
from tests.system.company import Company, Voices
from tests.waiting import eventually

OFFBOARDED_SECONDS = 60.0


async def a_company(voices: Voices) -> Company:
    """Ana's company, in which Ben has a seat and a quota."""
    company = Company(voices)
    await company.registers()
    lines = (a_license_line(), a_credit_line(line_no=2))
    await voices.store.says(a_purchase(account_id=company.ids["Ana"], lines=lines))
    await company.appears()
    for name in ("Ben", "Chloe"):
        joins = AddMember(account_id=company.ids[name], role="MEMBER")
        assert (await company.does(joins)).accepted
    await company.is_known_to_all()
    assigned = AssignLicense(product=LUMEN, account_id=company.ids["Ben"])
    assert (await company.does_when_heard(assigned)).accepted
    assert (await company.gives("Ben", "100")).accepted
    return company


async def is_off_the_books(company: Company, told: Listener) -> None:
    """Wait until nothing of the company is left to Ben, and all have said so."""
    ben = company.ids["Ben"]

    async def finished() -> list[MemberOffboarded]:
        said = [fact.data for fact in told.facts_of(company.organization)]
        return [data for data in said if isinstance(data, MemberOffboarded)]

    [offboarded] = await eventually(finished, bool, wait_seconds=OFFBOARDED_SECONDS)
    assert offboarded.account_id == ben
    standing = await company.standing()
    assert standing["members"] == [("Ana", "ADMINISTRATOR"), ("Chloe", "MEMBER")]
    assert all("Ben" not in holders for _, _, holders in standing["seats"])
    assert [mode for name, mode, *_ in standing["access"] if name == "Ben"] == ["disabled"]


async def test_T1_R16_whoever_is_removed_loses_seat_and_access_and_all_hear_of_it(
    whole_stack: Stack, voices: Voices
) -> None:
    async with listening_to_facts(whole_stack.amqp_url, "membership.member.*") as told:
        company = await a_company(voices)

        removed = await company.does(RemoveMember(account_id=company.ids["Ben"]))

        assert removed.result is not None
        assert (await told.fact(MemberRemoved, company.ids["Ben"])).data is not None
        await is_off_the_books(company, told)


@pytest.mark.faults
@pytest.mark.parametrize(
    "service", ["membership", "licensing", "credit_ledger-0", "credit_ledger-1"]
)
async def test_T1_a_removal_is_finished_though_a_service_dies_when_it_begins(
    whole_stack: Stack, voices: Voices, service: str
) -> None:
    async with listening_to_facts(whole_stack.amqp_url, "membership.member.*") as told:
        company = await a_company(voices)

        removed = await company.does(RemoveMember(account_id=company.ids["Ben"]))
        os.kill(whole_stack.current_pid(service), signal.SIGKILL)

        assert removed.accepted
        await is_off_the_books(company, told)

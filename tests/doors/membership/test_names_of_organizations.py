"""What an organization is called: its Administrator says, everybody in it sees, staff finds it."""

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.contracts.audit import ListMembershipAudit
from shared.contracts.membership import AddMember
from shared.contracts.organizations import (
    ListOrganizations,
    OrganizationName,
    OrganizationRenamed,
    RenameOrganization,
    ShowOrganization,
)
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id
from tests.doors.membership.larkspur import Larkspur, code_of
from tests.doors.membership.people import registered, result_of
from tests.listening import Listener
from tests.speaking import Portal

NAMES: TypeAdapter[str] = TypeAdapter(OrganizationName)


async def test_the_administrator_names_it_and_everybody_in_it_sees(
    organized: Larkspur, portal: Portal, told: Listener
) -> None:
    ben = await registered(portal)
    joined = await portal.ask(
        AddMember(account_id=ben.id, role="MEMBER"), by=organized.ana, owner=organized.id
    )
    assert joined.accepted
    before = result_of(await portal.ask(ShowOrganization(), by=ben.id, owner=organized.id))

    renamed = RenameOrganization(name="Larkspur Visual")
    assert (await portal.ask(renamed, by=organized.ana, owner=organized.id)).accepted

    seen = result_of(await portal.ask(ShowOrganization(), by=ben.id, owner=organized.id))
    assert ("name" not in before or before["name"] is None, seen["name"]) == (True, renamed.name)
    await told.fact(OrganizationRenamed, organized.id)


async def test_R2_nobody_else_names_it(organized: Larkspur, portal: Portal) -> None:
    verdict = await portal.ask(RenameOrganization(name="Mine"), by=an_id(), owner=organized.id)

    assert code_of(verdict) is RefusalCode.NOT_ADMINISTRATOR


async def test_A17_a_new_name_is_written_down_beside_the_old_one(
    organized: Larkspur, portal: Portal
) -> None:
    for name in ("Larkspur", "Larkspur Visual"):
        await portal.ask(RenameOrganization(name=name), by=organized.ana, owner=organized.id)

    trail = await portal.ask(ListMembershipAudit(), by=organized.ana, owner=organized.id)
    entries = result_of(trail)["entries"]
    assert isinstance(entries, list)
    newest = entries[0]
    assert isinstance(newest, dict)
    assert (newest["before"], newest["after"]) == (
        {"name": "Larkspur"},
        {"name": "Larkspur Visual"},
    )


async def test_operators_find_it_by_a_part_of_its_name(
    organized: Larkspur, portal: Portal, operator: Portal
) -> None:
    name = f"Larkspur {organized.id.hex}"
    await portal.ask(RenameOrganization(name=name), by=organized.ana, owner=organized.id)

    wanted = ListOrganizations(search=organized.id.hex.upper())
    found = result_of(await operator.ask(wanted, by=an_id()))["organizations"]

    assert isinstance(found, list)
    assert [one["name"] for one in found if isinstance(one, dict)] == [name]


@pytest.mark.parametrize(
    "name", ["", " Larkspur", "Larkspur ", "=A1", "+1", "-1", "@a", "a\nb", "a\x00", "x" * 101]
)
def test_a_name_is_one_line_that_no_table_takes_for_a_formula(name: str) -> None:
    with pytest.raises(ValidationError):
        NAMES.validate_python(name)


@pytest.mark.parametrize("name", ["L", "Larkspur Visual", "École du Lac", "A=B", "x" * 100])
def test_a_name_is_any_other_line(name: str) -> None:
    assert NAMES.validate_python(name) == name

"""What is done with seats stands in a trail that nobody can change."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shared.contracts.audit import LicensingActRecorded, ListLicensingAudit
from shared.contracts.refusals import RefusalCode
from tests.builders import LUMEN, an_id
from tests.doors.licensing.showing import said
from tests.doors.licensing.studio import Ground, code_of
from tests.listening import Listener
from tests.speaking import Portal
from tests.waiting import eventually


async def trail(portal: Portal, owner: UUID, *, by: UUID | None, limit: int = 100) -> Any:  # noqa: ANN401  # the result
    verdict = await portal.ask(ListLicensingAudit(limit=limit), by=by, owner=owner)
    assert verdict.result is not None, verdict.refused
    return verdict.result


async def test_R17_R18_R19_who_gave_took_and_moved_a_seat_is_told_and_kept(
    ground: Ground, told: Listener, operator: Portal
) -> None:
    studio = await ground.studio(seats=2, people=2)
    ben, chloe = studio.people
    await studio.assigns(ben)
    await studio.assigns(ben)
    await studio.reassigns(ben, chloe)
    await studio.revokes(chloe)

    shown = await trail(ground.portal, studio.id, by=studio.ana)

    entries = [(one["act"], one["about"], one["by"], one["door"]) for one in shown["entries"]]
    by = (str(studio.ana), "coffer_portal")
    assert entries == [
        ("revoke_license", str(chloe), *by),
        ("reassign_license", str(ben), *by),
        ("assign_license", str(ben), *by),
    ]
    moved = shown["entries"][1]
    assert moved["before"] == {"product": LUMEN, "account_id": str(ben)}
    assert moved["after"] == {"product": LUMEN, "account_id": str(chloe)}
    acts = await eventually(
        lambda: said(told, LicensingActRecorded, studio.id), lambda seen: len(seen) == 3
    )
    assert [act.act for act in acts] == ["assign_license", "reassign_license", "revoke_license"]
    assert (await trail(operator, studio.id, by=None))["entries"] == shown["entries"]


async def test_R2_nobody_else_reads_the_trail(ground: Ground) -> None:
    studio = await ground.studio(seats=0, people=1)
    asked = ListLicensingAudit()

    refused = await ground.portal.ask(asked, by=studio.people[0], owner=studio.id)
    unknown = await ground.portal.ask(asked, by=studio.ana, owner=an_id())
    nameless = await ground.portal.ask(asked, by=studio.ana)

    assert code_of(refused) is RefusalCode.NOT_ADMINISTRATOR
    assert code_of(unknown) is RefusalCode.UNKNOWN_ORGANIZATION
    assert code_of(nameless) is RefusalCode.UNKNOWN_ORGANIZATION


async def test_R2_pages_of_the_trail_follow_each_other(ground: Ground) -> None:
    studio = await ground.studio(seats=2, people=1)
    [ben] = studio.people
    for _ in range(2):
        await studio.assigns(ben)
        await studio.revokes(ben)

    first = await trail(ground.portal, studio.id, by=studio.ana, limit=3)
    rest = await ground.portal.ask(
        ListLicensingAudit(limit=3, before=first["before"]), by=studio.ana, owner=studio.id
    )

    assert rest.result is not None
    numbers = [one["number"] for one in first["entries"]]
    numbers += [one["number"] for one in rest.result["entries"]]  # type: ignore[union-attr,index,call-overload]  # of dicts
    assert len(numbers) == 4
    assert numbers == sorted(numbers, reverse=True)
    assert "before" not in rest.result


async def test_A20_the_service_itself_cannot_change_its_trail(ground: Ground) -> None:
    for forbidden in ("UPDATE audit SET act = 'other'", "DELETE FROM audit"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ground.database.execute(forbidden)

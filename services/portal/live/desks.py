"""Opens an organization as its Administrator has it, for all who watch it at once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from services.portal.asking import RefusedError
from services.portal.format import Format, format_of
from services.portal.live.topics import Look, Scene, id_of
from services.portal.rooms import Rooms
from services.portal.viewer import Viewer
from services.portal.views.desk import Desk, terms_of
from services.portal.views.faces import Face
from shared.contracts.message import refuse
from shared.contracts.organizations import (
    ListedOrganization,
    ListOrganizations,
    OrganizationList,
    OrganizationProfile,
    ShowOrganization,
)
from shared.contracts.refusals import RefusalCode

LookAtDesk = Callable[[Rooms, Desk], Awaitable[Mapping[str, Any]]]


def at_desk(look: LookAtDesk) -> Look:
    """Turn a page's own look into one for those who watch; all facts of its books change it."""

    async def scene(rooms: Rooms, key: str, reading: Format) -> Scene:
        organization = id_of(key)
        assert organization is not None
        desk = await desk_of(rooms, organization, reading)
        seen = await look(rooms, desk)
        return Scene({"desk": desk, **seen}, desk.format, frozenset({organization}))

    return scene


async def desk_of(rooms: Rooms, organization: UUID, reading: Format) -> Desk:
    """Open the desk of whoever runs the organization; raises RefusedError, and NoAnswer."""
    listed = await find_organization(rooms, organization)
    viewer = Viewer(
        account_id=listed.administrator_id,
        email=listed.administrator_email,
        name=listed.administrator_name,
        customer_number=listed.customer_number,
        organization_id=organization,
    )
    profile, terms = await asyncio.gather(
        rooms.asking.show(
            ShowOrganization(), OrganizationProfile, viewer=viewer, owner=organization
        ),
        terms_of(rooms.asking, viewer, organization, default_zone=rooms.settings.zone),
    )
    return Desk(
        asking=rooms.asking,
        viewer=viewer,
        id=organization,
        profile=profile,
        administrator=Face(viewer.account_id, viewer.name, viewer.email, "ADMINISTRATOR"),
        terms=terms,
        format=format_of(str(reading.locale), str(terms["zone"])),
    )


async def find_organization(rooms: Rooms, organization: UUID) -> ListedOrganization:
    """Find an organization by its id; raises RefusedError where there is none."""
    search = ListOrganizations(search=str(organization), limit=5)
    found = await rooms.asking.show(search, OrganizationList)
    for listed in found.organizations:
        if listed.organization_id == organization:
            return listed
    raise RefusedError(refuse(RefusalCode.UNKNOWN_ORGANIZATION))

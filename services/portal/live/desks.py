"""Opens an organization as its Administrator has it, for all who watch it at once."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from services.portal.asking import RefusedError
from services.portal.format import Format
from services.portal.live.topics import Look, Scene, id_of
from services.portal.rooms import Rooms
from services.portal.viewer import Viewer
from services.portal.views.desk import Desk, desk_for
from services.portal.views.organizations import administrator_in, find_organization
from shared.contracts.message import refuse
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
    listed = await find_organization(rooms.asking, organization)
    if listed is None:
        raise RefusedError(refuse(RefusalCode.UNKNOWN_ORGANIZATION))
    viewer = Viewer(
        account_id=listed.administrator_id,
        email=listed.administrator_email,
        name=listed.administrator_name,
        customer_number=listed.customer_number,
        organization_id=organization,
    )
    return await desk_for(rooms, viewer, organization, administrator_in(listed), reading)

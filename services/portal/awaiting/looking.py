"""Whether something came true that somebody waits for: asked of the service that knows it."""

from services.portal.asking import RefusedError
from services.portal.format import format_of
from services.portal.live.desks import desk_of
from services.portal.rooms import Rooms
from services.portal.sessions import asking_as, find_viewer
from services.portal.store.awaited import Awaited
from services.portal.viewer import Viewer
from services.portal.views.desk import Desk
from services.portal.views.people import find_member
from shared.contracts.credit_queries import ShowPool
from shared.contracts.licensing import LicenseList, ListLicenses
from shared.contracts.money import parse_credits
from shared.contracts.refusals import RefusalCode


def may_await(viewer: Viewer, one: Awaited) -> bool:
    """What a pool has is for all inside to know; whose own credits are gone, for who runs it."""
    if viewer.administers(one.organization_id):
        return True
    return one.kind != "access_opens" and viewer.joined_organization_id == one.organization_id


async def is_meant(rooms: Rooms, one: Awaited) -> bool:
    """Whether who waits may still know, and whom it is about is still in."""
    viewer = await find_viewer(rooms, one.account_id)
    if viewer is None or not may_await(viewer, one):
        return False
    if one.person_id is None:
        return True
    return await find_member(await _desk(rooms, one), one.person_id) is not None


async def is_true(rooms: Rooms, one: Awaited) -> bool:
    """Look at it now; raises NoAnswer and RefusedError while nobody can tell."""
    if one.person_id is not None:
        viewer = asking_as(one.person_id)
        try:
            own = await rooms.asking.ask(ShowPool(), viewer=viewer, owner=one.person_id)
        except RefusedError as error:
            if error.refused.code != RefusalCode.UNKNOWN_ORGANIZATION:
                raise
            return True
        return parse_credits(own["posted"]) == 0
    desk = await _desk(rooms, one)
    if one.amount is not None:
        pool = await desk.ask(ShowPool())
        return parse_credits(pool["debt"]) == 0 and parse_credits(pool["available"]) >= one.amount
    licenses = await desk.show(ListLicenses(), LicenseList)
    return any(seats.product == one.product and seats.free > 0 for seats in licenses.products)


async def _desk(rooms: Rooms, one: Awaited) -> Desk:
    return await desk_of(rooms, one.organization_id, format_of(rooms.settings.locale, "UTC"))

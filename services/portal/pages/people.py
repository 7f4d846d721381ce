"""/o/{organization}/people: find and filter people."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.views.desk import Desk, open_desk, show_at
from services.portal.views.listing import PeoplePage, people_page
from services.portal.views.places import pager_of, read_place
from services.portal.views.rows import ACCESSES, ROLES, STATES, Row, read_filter
from shared.bulk.table import ROWS_MAX

LISTED_BY = ("search", "role", "access", "state", "after", "before")


async def people(request: Request) -> Response:
    desk = await open_desk(request)
    chosen, place = read_filter(request.query_params), read_place(request.query_params)
    page = await people_page(desk, chosen, place)
    return await show_at(
        request,
        desk,
        "people.html",
        "rows",
        chosen=chosen,
        page=page,
        roles=ROLES,
        accesses=ACCESSES,
        states=STATES,
        most=ROWS_MAX,
        access_words=lambda row: access_words(desk, row),
        ids=[row.id for row in page.rows],
        topics=[topic_of_rows(desk, page), _topic_of_list(request, desk)],
        pager=pager_of(f"{desk.home}/people", vars(chosen), page.beside, len(page.rows)),
    )


def topic_of_rows(desk: Desk, page: PeoplePage) -> str:
    """What keeps the rows of a page current, whichever page it is."""
    return ".".join([f"people:{desk.id}", *(str(row.id) for row in page.rows)])


def _topic_of_list(request: Request, desk: Desk) -> str:
    """What notices who came to this page of the list, or went."""
    given = request.query_params
    asked = {name: given[name] for name in LISTED_BY if given.get(name)}
    return f"listed:{desk.id}.{urlencode(asked)}"


def access_words(desk: Desk, row: Row) -> str:
    """Somebody's access in a few words."""
    if row.mode == "administrator":
        return "No limit"
    if row.access is None or row.mode == "disabled":
        return "Off"
    if row.mode == "unlimited":
        return "No limit of their own"
    period = f" a {row.access['period']}" if row.access["period"] else ""
    return f"Quota {desk.format.credits(row.access['limit'])}{period}"


routes = [Route("/o/{organization}/people", people)]

"""/me/trials: what may be tried, and what I had of it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.asking import RefusedError
from services.portal.forms import Form, read_form
from services.portal.pages.me import licenses_of
from services.portal.rooms import rooms_in
from services.portal.sessions import require_viewer
from services.portal.show import show
from services.portal.submitting import Act, submit
from services.portal.viewer import Viewer
from shared.contracts.trials import ApplyForTrial, ListOffers, OfferList


async def trials(request: Request) -> Response:
    return await _page(request, await require_viewer(request))


async def apply(request: Request) -> Response:
    viewer = await require_viewer(request)
    form = await read_form(request)
    named = form.get("product")

    async def page(**shown: Any) -> Response:  # noqa: ANN401  # what `show` takes
        return await _page(request, viewer, **shown)

    act = Act(
        owner=viewer.account_id,
        title=f"Applied for {named}",
        failed=f"{named} not applied for",
        done="/me/trials",
        told={"product": named},
    )

    def wanted(form: Form) -> ApplyForTrial:
        return form.data(ApplyForTrial, offer=form.get("offer"))

    return await submit(request, act, wanted, page, form)


async def _page(
    request: Request,
    viewer: Viewer,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    licenses = await licenses_of(rooms_in(request).asking, viewer)
    return await show(
        request,
        "my_trials.html",
        offers=await _offers(request, viewer),
        running=[one for one in licenses.personal if one.kind in {"TRIAL", "BETA"}],
        **shown,
    )


async def _offers(request: Request, viewer: Viewer) -> OfferList:
    try:
        return await rooms_in(request).asking.show(
            ListOffers(), OfferList, viewer=viewer, owner=viewer.account_id
        )
    except RefusedError:
        return OfferList(offers=())


routes = [
    Route("/me/trials", trials, methods=["GET"]),
    Route("/me/trials", apply, methods=["POST"]),
]

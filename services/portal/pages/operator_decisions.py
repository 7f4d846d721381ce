"""/operator/setups and /operator/betas: decided with the evidence beside the form."""

from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.asking import RefusedError
from services.portal.forms import Form, read_form
from services.portal.operating.taking import owner_of
from services.portal.operating.texts import reason_in
from services.portal.rooms import rooms_in
from services.portal.sessions import NotFound, require_staff
from services.portal.show import show
from services.portal.submitting import Act, submit
from services.portal.viewer import Viewer
from shared.contracts.accounts import AccountFound, FindAccount
from shared.contracts.message import CommandData
from shared.contracts.organizations import (
    ConfirmSetup,
    ListSetupRequests,
    RejectSetup,
    SetupRequestList,
    WaitingSetup,
)
from shared.contracts.trials import Application, ApplicationList, DecideBeta, ListApplications

PAGE = 500


async def setup(request: Request) -> Response:
    viewer = await require_staff(request)
    return await _setup(request, viewer, await _waiting_setup(request, viewer))


async def decide_setup(request: Request) -> Response:
    viewer = await require_staff(request)
    form = await read_form(request)
    asked = id_in(request)
    waiting = await _waiting_setup(request, viewer)

    async def page(**shown: Any) -> Response:  # noqa: ANN401  # what `show` takes
        return await _setup(request, viewer, waiting, **shown)

    is_confirmed = form.get("decision") == "confirm"
    act = Act(
        owner=None,
        title="Set-up confirmed" if is_confirmed else "Set-up rejected",
        failed="Set-up not decided",
        done="/operator",
    )
    return await submit(request, act, lambda form: _setup_decision(asked, form), page, form)


def _setup_decision(asked: UUID, form: Form) -> CommandData:
    if form.get("decision") == "confirm":
        return form.data(ConfirmSetup, request_id=asked)
    return form.data(RejectSetup, request_id=asked, reason=reason_in(form))


async def _setup(
    request: Request,
    viewer: Viewer,
    waiting: WaitingSetup | None,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    account = waiting and await _account(request, viewer, waiting.account_id)
    owner = await owner_of(rooms_in(request), id_in(request))
    return await show(
        request, "operator_setup.html", waiting=waiting, account=account, owner=owner, **shown
    )


async def _waiting_setup(request: Request, viewer: Viewer) -> WaitingSetup | None:
    """The request in the address; nothing once it was decided."""
    wanted = id_in(request)
    after: UUID | None = None
    while True:
        listed = await rooms_in(request).asking.show(
            ListSetupRequests(after=after, limit=PAGE), SetupRequestList, viewer=viewer
        )
        for one in listed.requests:
            if one.request_id == wanted:
                return one
        after = listed.after
        if after is None:
            return None


async def beta(request: Request) -> Response:
    viewer = await require_staff(request)
    return await _beta(request, viewer, await _waiting_beta(request, viewer))


async def decide_beta(request: Request) -> Response:
    viewer = await require_staff(request)
    form = await read_form(request)
    asked = id_in(request)
    waiting = await _waiting_beta(request, viewer)

    async def page(**shown: Any) -> Response:  # noqa: ANN401  # what `show` takes
        return await _beta(request, viewer, waiting, **shown)

    is_approved = form.get("decision") == "approve"
    act = Act(
        owner=None,
        title="Beta granted" if is_approved else "Beta declined",
        failed="Application not decided",
        done="/operator",
    )
    return await submit(request, act, lambda form: _beta_decision(asked, form), page, form)


def _beta_decision(asked: UUID, form: Form) -> CommandData:
    if form.get("decision") == "approve":
        return form.data(DecideBeta, application_id=asked, approve=True)
    return form.data(DecideBeta, application_id=asked, approve=False, reason=reason_in(form))


async def _beta(
    request: Request,
    viewer: Viewer,
    waiting: Application | None,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    account = waiting and await _account(request, viewer, waiting.account_id)
    owner = await owner_of(rooms_in(request), id_in(request))
    return await show(
        request, "operator_beta.html", waiting=waiting, account=account, owner=owner, **shown
    )


async def _waiting_beta(request: Request, viewer: Viewer) -> Application | None:
    wanted = id_in(request)
    after: UUID | None = None
    while True:
        listed = await rooms_in(request).asking.show(
            ListApplications(after=after, limit=PAGE), ApplicationList, viewer=viewer
        )
        for one in listed.applications:
            if one.application_id == wanted:
                return one
        after = listed.after
        if after is None:
            return None


async def _account(request: Request, viewer: Viewer, account: UUID) -> AccountFound | None:
    try:
        return await rooms_in(request).asking.show(
            FindAccount(account_id=account), AccountFound, viewer=viewer
        )
    except RefusedError:
        return None


def id_in(request: Request) -> UUID:
    """The id in the address; raises NotFound."""
    try:
        return UUID(request.path_params["id"])
    except ValueError:
        raise NotFound from None


routes = [
    Route("/operator/setups/{id}", setup, methods=["GET"]),
    Route("/operator/setups/{id}", decide_setup, methods=["POST"]),
    Route("/operator/betas/{id}", beta, methods=["GET"]),
    Route("/operator/betas/{id}", decide_beta, methods=["POST"]),
]

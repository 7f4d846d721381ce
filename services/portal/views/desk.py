"""An organization as its Administrator, or the vendor's staff, has it before them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from services.portal.asking import Asking, RefusedError
from services.portal.format import Format, format_of
from services.portal.rooms import Rooms, rooms_in
from services.portal.sessions import NotFound, organization_in, require_viewer
from services.portal.show import format_for, show
from services.portal.viewer import Viewer
from services.portal.views.books import ROWS_MAX, all_rows, if_any
from services.portal.views.faces import Face, face_of, organization_called
from services.portal.views.organizations import administrator_in, find_organization
from shared.contracts.credit_queries import ShowPoolTerms
from shared.contracts.message import CommandData, Contract, refuse
from shared.contracts.organizations import OrganizationProfile, ShowOrganization
from shared.contracts.refusals import RefusalCode
from shared.messaging.ask import NoAnswer

Answer = TypeVar("Answer", bound=Contract)


@dataclass(frozen=True)
class Desk:
    """Where an organization is run from: who looks, whose it is, in which zone."""

    asking: Asking
    viewer: Viewer
    id: UUID
    profile: OrganizationProfile
    administrator: Face
    terms: dict[str, Any]
    format: Format

    @property
    def home(self) -> str:
        return f"/o/{self.id}"

    @property
    def name(self) -> str:
        return organization_called(self.profile.name, self.administrator.name)

    @property
    def zone(self) -> str:
        return str(self.terms["zone"])

    @property
    def is_run_by_viewer(self) -> bool:
        return self.viewer.administers(self.id)

    @property
    def behalf(self) -> UUID | None:
        """Staff look at what is the Administrator's to see."""
        return None if self.is_run_by_viewer else self.administrator.account_id

    async def ask(self, data: CommandData) -> dict[str, Any]:
        """Ask a question about this organization."""
        return await self.asking.ask(data, viewer=self.viewer, owner=self.id, behalf=self.behalf)

    async def show(self, data: CommandData, answer: type[Answer]) -> Answer:
        """Ask a question about this organization and read the contract of its answer."""
        return await self.asking.show(
            data, answer, viewer=self.viewer, owner=self.id, behalf=self.behalf
        )

    async def all(
        self, data: CommandData, name: str, *, most: int = ROWS_MAX
    ) -> list[dict[str, Any]]:
        """Ask for every page of a list, up to `most` rows; nothing where there is no wallet yet."""
        return await all_rows(self.ask, data, name, most=most)


async def open_desk(request: Request) -> Desk:
    """Open an organization; raises NotFound, and RefusedError for who does not run it."""
    viewer = await require_viewer(request)
    organization = organization_in(request, viewer)
    rooms = rooms_in(request)
    if viewer.administers(organization):
        administrator = Face(viewer.account_id, viewer.name, viewer.email, "ADMINISTRATOR")
    elif viewer.is_staff:
        listed = await find_organization(rooms.asking, organization, viewer=viewer)
        if listed is None:
            raise NotFound
        administrator = administrator_in(listed)
    else:
        raise RefusedError(refuse(RefusalCode.NOT_ADMINISTRATOR))
    return await desk_for(rooms, viewer, organization, administrator, format_for(request))


async def desk_for(
    rooms: Rooms, viewer: Viewer, organization: UUID, administrator: Face, reading: Format
) -> Desk:
    """Lay out an organization's desk for a viewer who may sit at it, read as he reads."""
    asking = rooms.asking
    behalf = None if viewer.administers(organization) else administrator.account_id
    profile, terms = await asyncio.gather(
        asking.show(
            ShowOrganization(),
            OrganizationProfile,
            viewer=viewer,
            owner=organization,
            behalf=behalf,
        ),
        terms_of(asking, viewer, organization, default_zone=rooms.settings.zone),
    )
    return Desk(
        asking=asking,
        viewer=viewer,
        id=organization,
        profile=profile,
        administrator=administrator,
        terms=terms,
        format=format_of(str(reading.locale), str(terms["zone"])),
    )


async def open_own_desk(request: Request) -> Desk:
    """Open an organization for who runs it: staff look at its settings and change none."""
    desk = await open_desk(request)
    if not desk.is_run_by_viewer:
        raise RefusedError(refuse(RefusalCode.NOT_ADMINISTRATOR))
    return desk


async def show_at(
    request: Request,
    desk: Desk,
    template: str,
    block: str | None = None,
    *,
    told: Mapping[str, str] | None = None,
    **facts: Any,  # noqa: ANN401  # whatever the template names
) -> Response:
    """Answer a page of this organization, in its zone and with its names for refusals."""
    known = {
        "o": str(desk.id),
        "org": desk.name,
        "admin": desk.administrator.name,
        "admin_email": desk.administrator.email or "",
    }
    return await show(
        request,
        template,
        block,
        zone=desk.zone,
        told={**known, **(told or {})},
        desk=desk,
        organization=desk.id,
        **facts,
    )


@dataclass(frozen=True)
class Joined:
    """The organization that somebody is in, and who runs it."""

    profile: OrganizationProfile
    administrator: Face

    @property
    def name(self) -> str:
        return organization_called(self.profile.name, self.administrator.name)

    @property
    def told(self) -> dict[str, str]:
        """What the words of a refusal can be filled with where somebody else runs it."""
        return {
            "admin": self.administrator.name,
            "admin_email": self.administrator.email or "",
            "org": self.name,
        }


async def joined_of(asking: Asking, viewer: Viewer, organization: UUID) -> Joined:
    """Find the organization that somebody is in; raises RefusedError for one that was ended."""
    profile = await asking.show(
        ShowOrganization(), OrganizationProfile, viewer=viewer, owner=organization
    )
    return Joined(profile, await face_of(asking, profile.administrator_id))


async def joined_by(asking: Asking, viewer: Viewer) -> Joined | None:
    """The organization that somebody joined; one that was ended meanwhile is none."""
    if viewer.joined_organization_id is None:
        return None
    try:
        return await joined_of(asking, viewer, viewer.joined_organization_id)
    except RefusedError:
        return None


async def terms_of(
    asking: Asking, viewer: Viewer, owner: UUID, *, default_zone: str
) -> dict[str, Any]:
    """The terms of a wallet; one that nothing was ever booked in has none yet.

    While the ledger is away they are what they were last: pages of seats need the zone alone.
    """
    none = {"zone": default_zone, "observe": False, "notice_days": 30} | NO_ALERTS
    try:
        terms = await if_any(asking.ask(ShowPoolTerms(), viewer=viewer, owner=owner))
    except NoAnswer:
        return _TERMS.get(owner, none)
    if terms is None:
        return none
    if len(_TERMS) >= REMEMBERED_MAX:
        _TERMS.clear()
    _TERMS[owner] = terms
    return terms


_TERMS: dict[UUID, dict[str, Any]] = {}
REMEMBERED_MAX = 10_000
NO_ALERTS: dict[str, Any] = {"pool_thresholds": [], "quota_thresholds": []}

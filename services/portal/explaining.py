"""Puts a refusal into words for whoever looks, with what the portal knows of him."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from services.portal.format import Format
from services.portal.settings import PortalSettings
from services.portal.viewer import Viewer
from services.portal.words.facts import facts_of
from services.portal.words.read import Panel, SeenBy, read
from shared.contracts.message import Refused


def explain(
    refused: Refused,
    *,
    viewer: Viewer | None,
    settings: PortalSettings,
    reading: Format,
    here: str,
    facts: Mapping[str, str] | None = None,
) -> Panel:
    """Say a refusal; `facts` are what the page knows of it, already written for eyes."""

    def moment(written: str) -> str:
        return reading.when(datetime.fromisoformat(written))

    known = _known(viewer, settings, here)
    told = facts_of(refused, money=reading.credits, moment=moment, need=(facts or {}).get("need"))
    given = {**known, **(facts or {}), **told}
    return read().panel(refused.code, seen_by(viewer), given, binding=refused.binding)


def seen_by(viewer: Viewer | None) -> SeenBy:
    if viewer is not None and viewer.organization_id is not None:
        return "administrator"
    return "operator" if viewer is not None and viewer.is_staff else "own"


def _known(viewer: Viewer | None, settings: PortalSettings, here: str) -> dict[str, str]:
    known = {"vendor": settings.vendor, "store_url": settings.store_url, "here": here}
    organization: UUID | None = None
    if viewer is not None:
        known |= {"email": viewer.email}
        organization = viewer.organization_id or viewer.joined_organization_id
        if viewer.role is not None:
            known["role"] = viewer.role.capitalize()
    if organization is not None:
        known["o"] = str(organization)
    return known

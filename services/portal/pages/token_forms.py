"""The form that tokens are made with, of an organization or of one's own: what was wanted by it."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from services.portal.api.problems import ProblemError
from services.portal.api.scopes import Scope
from services.portal.api.tokens import Allowed, MakeToken, TokenMade, make_token
from services.portal.forms import FieldErrors, Form
from services.portal.rooms import Rooms

LIVES = (("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("", "until it is revoked"))
NAME_MAX = 120


async def make(
    rooms: Rooms, allowed: Allowed, form: Form, *, scopes: Iterable[Scope], place: UUID | None
) -> TokenMade:
    """Make the token that a form asks for, of some scopes; raises FieldErrors.

    The same form again is the same token with another secret.
    """
    wanted = _wanted(rooms, form, scopes, place)
    try:
        return await make_token(rooms, allowed, wanted, id=form.id)
    except ProblemError as error:
        raise FieldErrors({"name": str(error.problem.detail)}) from error


def _wanted(rooms: Rooms, form: Form, scopes: Iterable[Scope], place: UUID | None) -> MakeToken:
    errors: dict[str, str] = {}
    chosen = tuple(name for name in scopes if name in form.every("scopes"))
    if not form.get("name"):
        errors["name"] = "Say what it is for, like Render farm."
    if not chosen:
        errors["scopes"] = "Choose what it may do: one at least."
    days = form.get("days")
    if days not in dict(LIVES):
        errors["days"] = "Choose one of the options."
    if errors:
        raise FieldErrors(errors)
    return MakeToken(
        name=form.get("name")[:NAME_MAX],
        scopes=chosen,
        organization_id=place,
        expires_at=rooms.wall.now() + timedelta(days=int(days)) if days else None,
    )

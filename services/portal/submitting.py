"""One shape for every form that is one command: read, built, done, or shown again with why."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from services.portal.commanding import carry_out
from services.portal.forms import FieldErrors, Form, read_form
from shared.contracts.message import CommandData, Refused

# Shows the form's page again: with what was typed, and the refusal or the errors of its fields.
Page = Callable[..., Awaitable[Response]]


@dataclass(frozen=True)
class Act:
    """What a form does: for whom, what it is called when it is done and when it is not."""

    owner: UUID | None
    title: str
    failed: str
    done: str
    told: Mapping[str, str] = field(default_factory=dict)


async def submit(
    request: Request,
    act: Act,
    build: Callable[[Form], CommandData],
    page: Page,
    form: Form | None = None,
) -> Response:
    """Carry a form out; `page` shows it again where it was refused or not understood."""
    form = form or await read_form(request)
    try:
        data = build(form)
    except FieldErrors as error:
        return await page(form=form, errors=error.errors)
    outcome = await carry_out(request, form, data, owner=act.owner, title=act.title, done=act.done)
    if isinstance(outcome, Refused):
        return await page(form=form, **refusal(outcome, act))
    return outcome


def refusal(refused: Refused, act: Act) -> dict[str, Any]:
    """What a page is given to show a refusal."""
    return {"refused": refused, "told": {"failed": act.failed, **act.told}}


def chosen_id(form: Form, name: str) -> UUID:
    """Read an id that was chosen from a list; raises FieldErrors."""
    try:
        return UUID(form.get(name))
    except ValueError:
        raise FieldErrors({name: "Choose one from the list."}) from None

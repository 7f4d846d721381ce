"""/operator/messages: what died, why, and what becomes of it."""

from typing import Any
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.forms import FieldErrors, Form, read_form
from services.portal.operating.dying import again, take_over
from services.portal.operating.rerouting import Again
from services.portal.operating.taking import owner_of
from services.portal.operating.texts import reason_in
from services.portal.pages.operator_decisions import id_in
from services.portal.rooms import Rooms, rooms_in
from services.portal.sessions import NotFound, require_staff
from services.portal.show import go, show
from services.portal.store import dead_letters as store
from services.portal.store.dead_letters import Letter
from services.portal.views.faces import faces_of
from shared.messaging.loss import Lost

PAGE = 50
CHOSEN_MAX = 500
DECIDED_SHOWN = 10
BODY_SHOWN_MAX = 20_000
HERE = "/operator/messages"
DONE = {
    "redrive": "They are being sent again, one after the other; closing this page stops nothing.",
    "discard": "Thrown away. Who did it, when and why stays below.",
}
WORD = "discard"


async def messages(request: Request) -> Response:
    await require_staff(request)
    rooms = rooms_in(request)
    is_whole = await _take_over(rooms)
    kind = request.query_params.get("type", "")
    return await _list(request, kind, is_whole=is_whole)


async def message(request: Request) -> Response:
    await require_staff(request)
    return await _one(request, await _letter(request))


async def redrive_one(request: Request) -> Response:
    """Send one message again; two clicks, for its body was just read."""
    viewer = await require_staff(request)
    form = await read_form(request)
    letter = await _letter(request)
    if isinstance(again(rooms_in(request), letter), Again):
        await _decide(request, "redrive", [letter.id], viewer.account_id, form.get("reason"))
    return go(request, f"{HERE}?done=redrive")


async def chosen(request: Request) -> Response:
    """The page before many are decided on: what will happen to which, and why."""
    await require_staff(request)
    form = await read_form(request)
    letters = await _chosen(request, form)
    if not letters:
        return go(request, HERE)
    return await _confirmation(request, form.get("act"), letters)


async def decide(request: Request) -> Response:
    """What was confirmed is done; a message that was decided on meanwhile stays as it is."""
    viewer = await require_staff(request)
    form = await read_form(request)
    act, letters = form.get("act"), await _chosen(request, form)
    try:
        reason = reason_in(form)
        _check_word(form, act, len(letters))
    except FieldErrors as error:
        return await _confirmation(request, act, letters, form=form, errors=error.errors)
    await _decide(request, act, [letter.id for letter in letters], viewer.account_id, reason)
    return go(request, f"{HERE}?done={act}")


def _check_word(form: Form, act: str, count: int) -> None:
    """What cannot be had back is not thrown away in bulk by one slip."""
    if act == "discard" and count > 1 and form.get("word").casefold() != WORD:
        raise FieldErrors({"word": f"Type {WORD} to throw {count} messages away."})


async def _decide(request: Request, act: str, letters: list[UUID], by: UUID, why: str) -> None:
    rooms = rooms_in(request)
    does = store.discard if act == "discard" else store.redrive
    async with rooms.pool.acquire() as database:
        await does(database, letters, by=by, why=why, now=rooms.wall.now())


async def _list(request: Request, kind: str, *, is_whole: bool) -> Response:
    rooms = rooms_in(request)
    async with rooms.pool.acquire() as database:
        found = await store.waiting(database, after=_after(request), limit=PAGE + 1, kind=kind)
        counts = await store.count(database)
        decided = await store.decided(database, DECIDED_SHOWN)
    faces = await faces_of(rooms.asking, (one.decided_by for one in decided if one.decided_by))
    letters = found[:PAGE]
    more = f"{HERE}?type={kind}&after={letters[-1].id}" if len(found) > PAGE else ""
    return await show(
        request,
        "operator_messages.html",
        letters=letters,
        routes={letter.id: again(rooms, letter) for letter in letters},
        counts=counts,
        decided=decided,
        faces=faces,
        kind=kind,
        next=more,
        first=f"{HERE}?type={kind}" if _after(request) else "",
        is_whole=is_whole,
        done=DONE.get(request.query_params.get("done", ""), ""),
    )


async def _one(request: Request, letter: Letter) -> Response:
    rooms = rooms_in(request)
    people = [letter.decided_by] if letter.decided_by else []
    return await show(
        request,
        "operator_message.html",
        letter=letter,
        owner=await owner_of(rooms, letter.id),
        route=again(rooms, letter),
        body=body_of(letter),
        faces=await faces_of(rooms.asking, people),
    )


async def _confirmation(
    request: Request,
    act: str,
    letters: tuple[Letter, ...],
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    rooms = rooms_in(request)
    able = [one for one in letters if isinstance(again(rooms, one), Again)]
    is_discard = act == "discard"
    return await show(
        request,
        "operator_messages_confirm.html",
        act="discard" if is_discard else "redrive",
        letters=letters if is_discard else able,
        left=0 if is_discard else len(letters) - len(able),
        word=WORD,
        **shown,
    )


async def _chosen(request: Request, form: Form) -> tuple[Letter, ...]:
    """The letters that were ticked, those of them that still wait."""
    wanted = []
    for text in form.every("letters")[:CHOSEN_MAX]:
        try:
            wanted.append(UUID(text))
        except ValueError:
            raise NotFound from None
    async with rooms_in(request).pool.acquire() as database:
        found = [await store.find(database, one) for one in wanted]
    return tuple(one for one in found if one is not None and one.state == store.WAITING)


async def _letter(request: Request) -> Letter:
    async with rooms_in(request).pool.acquire() as database:
        letter = await store.find(database, id_in(request))
    if letter is None:
        raise NotFound
    return letter


async def _take_over(rooms: Rooms) -> bool:
    try:
        await take_over(rooms)
    except Lost:
        return False
    return True


def body_of(letter: Letter) -> str:
    """A body to read: indented where it is JSON, as it came where it is not."""
    if letter.body is None:
        return ""
    try:
        text = orjson.dumps(orjson.loads(letter.body), option=orjson.OPT_INDENT_2)
    except orjson.JSONDecodeError:
        text = letter.body
    return text.decode(errors="replace")[:BODY_SHOWN_MAX]


def _after(request: Request) -> UUID | None:
    try:
        return UUID(request.query_params["after"])
    except (KeyError, ValueError):
        return None


routes = [
    Route(HERE, messages, methods=["GET"]),
    Route(f"{HERE}/chosen", chosen, methods=["POST"]),
    Route(f"{HERE}/decide", decide, methods=["POST"]),
    Route(f"{HERE}/{{id}}", message, methods=["GET"]),
    Route(f"{HERE}/{{id}}", redrive_one, methods=["POST"]),
]

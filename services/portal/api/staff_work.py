"""What the vendor's staff does beside the services: messages that died, books held together."""

from contextlib import suppress
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from services.portal.api.operations import Asked
from services.portal.api.problems import refused_here
from services.portal.operating.dying import again, take_over
from services.portal.operating.rerouting import Again
from services.portal.rooms import Rooms
from services.portal.store import dead_letters, reconciliations
from services.portal.store.dead_letters import Letter
from services.portal.store.reconciliations import Reconciliation
from shared.contracts.message import Contract, Moment, OpenContract
from shared.contracts.refusals import RefusalCode
from shared.messaging.loss import Lost

RUNS_TOLD = 10
Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
Type = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]


class ListDeadMessages(Contract):
    """Of which type, and from where on, the oldest first."""

    type: Type = ""
    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class AskAboutDeadMessage(Contract):
    """Which message it is about."""

    letter_id: UUID


class DecideDeadMessage(AskAboutDeadMessage):
    """Send it again, or throw it away, and why."""

    act: Literal["redrive", "discard"]
    reason: Reason


class DeadMessage(OpenContract):
    """A message that no door took: `may_go_again` tells whether it can be sent once more."""

    letter_id: UUID
    message_id: str
    type: str
    reason: str
    origin: str
    taken_at: Moment
    state: str
    may_go_again: bool
    decided_by: UUID | None = None
    decided_at: Moment | None = None
    decision: str | None = None


class DeadMessageFound(DeadMessage):
    """A message that no door took, with its `body` as text; it is gone once it was decided on."""

    body: str


class DeadMessageList(OpenContract):
    """Messages that wait, how many there are by type, and where the next page begins."""

    messages: tuple[DeadMessage, ...]
    waiting: dict[str, int]
    after: UUID | None = None


class ReconciliationShown(OpenContract):
    """A run that holds the books of all services against each other; it goes on without `ended_at`.

    `trouble` says why it did not come to its end.
    """

    id: UUID
    asked_by: UUID
    begun_at: Moment
    ended_at: Moment | None = None
    wallets: int
    journal_rows: int
    differences: tuple[str, ...]
    trouble: str | None = None


class ReconciliationList(OpenContract):
    """The last runs, newest first."""

    runs: tuple[ReconciliationShown, ...]


async def list_dead_messages(asked: Asked) -> dict[str, Any]:
    """Take over what died, and list what waits for a decision."""
    wanted, rooms = asked.data, _rooms(asked)
    assert isinstance(wanted, ListDeadMessages)
    # While the broker is away, what was taken over before is there all the same.
    with suppress(*Lost):
        await take_over(rooms)
    async with rooms.pool.acquire() as database:
        found = await dead_letters.waiting(
            database, after=wanted.after, limit=wanted.limit + 1, kind=wanted.type
        )
        counts = await dead_letters.count(database)
    page = found[: wanted.limit]
    after = page[-1].id if len(found) > wanted.limit else None
    told = tuple(_dead(rooms, one) for one in page)
    return _told(DeadMessageList(messages=told, waiting=counts, after=after))


async def show_dead_message(asked: Asked) -> dict[str, Any]:
    """Show one message that died, with its body."""
    letter = await _letter(asked)
    body = (letter.body or b"").decode(errors="replace")
    return _told(DeadMessageFound(**vars(_dead(_rooms(asked), letter)), body=body))


async def decide_dead_message(asked: Asked) -> dict[str, Any]:
    """Have a message sent again, or throw it away; what was decided before stays as it is."""
    wanted, rooms = asked.data, _rooms(asked)
    assert isinstance(wanted, DecideDeadMessage)
    letter = await _letter(asked)
    if wanted.act == "redrive" and not isinstance(again(rooms, letter), Again):
        raise refused_here(RefusalCode.REQUEST_DECIDED, "this message can go nowhere")
    does = dead_letters.discard if wanted.act == "discard" else dead_letters.redrive
    by, now = asked.caller.viewer.account_id, rooms.wall.now()
    async with rooms.pool.acquire() as database:
        done = await does(database, [letter.id], by=by, why=wanted.reason, now=now)
    if not done:
        raise refused_here(RefusalCode.REQUEST_DECIDED, "this message was decided on before")
    return _told(_dead(rooms, await _letter(asked)))


async def start_reconciliation(asked: Asked) -> dict[str, Any]:
    """Hold the books of all services against each other; a run that goes on already is enough."""
    rooms = _rooms(asked)
    by, now = asked.caller.viewer.account_id, rooms.wall.now()
    async with rooms.pool.acquire() as database:
        await reconciliations.begin(database, asked.id, by=by, now=now)
    return await list_reconciliations(asked)


async def list_reconciliations(asked: Asked) -> dict[str, Any]:
    """List the last runs, with what differed."""
    async with _rooms(asked).pool.acquire() as database:
        runs = await reconciliations.last(database, RUNS_TOLD)
    return _told(ReconciliationList(runs=tuple(map(_run, runs))))


async def _letter(asked: Asked) -> Letter:
    assert isinstance(asked.data, AskAboutDeadMessage)
    async with _rooms(asked).pool.acquire() as database:
        letter = await dead_letters.find(database, asked.data.letter_id)
    if letter is None:
        raise refused_here(RefusalCode.UNKNOWN_REQUEST)
    return letter


def _dead(rooms: Rooms, letter: Letter) -> DeadMessage:
    return DeadMessage(
        letter_id=letter.id,
        message_id=letter.message_id,
        type=letter.type,
        reason=letter.reason,
        origin=letter.origin,
        taken_at=letter.taken_at,
        state=letter.state,
        may_go_again=isinstance(again(rooms, letter), Again),
        decided_by=letter.decided_by,
        decided_at=letter.decided_at,
        decision=letter.decision,
    )


def _run(run: Reconciliation) -> ReconciliationShown:
    return ReconciliationShown.model_validate(run, from_attributes=True, strict=False)


def _rooms(asked: Asked) -> Rooms:
    return asked.parts.rooms


def _told(contract: Contract) -> dict[str, Any]:
    return contract.model_dump(mode="json", exclude_none=True)

"""One person added with a seat or access: up to three acts, and what became of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.portal.bulk.taking import apply, table_of, take_in, wait_for
from services.portal.rooms import Rooms
from services.portal.store.uploads import Upload
from services.portal.views.desk import Desk
from shared.bulk.table import read
from shared.contracts.message import Refused, refuse
from shared.contracts.refusals import RefusalCode

ACTS_MAX = 3


@dataclass(frozen=True)
class Part:
    """One of the acts: what was asked for, and why it was not done if it was not."""

    action: str
    cells: Mapping[str, str]
    is_done: bool
    refused: Refused | None

    @property
    def words(self) -> str:
        """Say what was done."""
        match self.action:
            case "add":
                return f"{self.cells['email']} added as {self.cells['role'].capitalize()}"
            case "assign":
                return f"seat of {self.cells['product']} given"
            case _:
                return "access to the pool given"

    @property
    def failed(self) -> str:
        """Say what was not done."""
        match self.action:
            case "add":
                return f"{self.cells['email']} not added"
            case "assign":
                return "Seat not assigned"
            case _:
                return "Access not changed"


@dataclass(frozen=True)
class Added:
    """What became of all of it; nothing of it was done where the addition was refused.

    It is told like the receipt of a form.
    """

    email: str
    answered_at: datetime
    parts: tuple[Part, ...]

    @property
    def addition(self) -> Part:
        return self.parts[0]

    @property
    def title(self) -> str:
        return ", ".join(part.words for part in self.parts if part.is_done)


async def add_with_more(
    rooms: Rooms, desk: Desk, rows: Sequence[Sequence[str]], *, salt: str
) -> Upload:
    """Have it checked, and carried out unless the addition itself cannot be.

    Raises NotShownError for who may not; the same form again is the same acts.
    """
    name = f"Add {rows[0][1]}"
    taken = await take_in(rooms, desk.viewer, desk.id, name=name, content=table_of(rows), salt=salt)
    checked = await wait_for(rooms, taken)
    if checked.state != "CHECKED" or added_by(checked) is not None:
        return checked
    await apply(rooms, desk.viewer, checked)
    return await wait_for(rooms, replace(checked, state="APPLYING"))


def added_by(upload: Upload) -> Added | None:
    """Read what became of it; None while that is not known, or where the table is another's."""
    if upload.is_busy or upload.is_file or upload.total > ACTS_MAX or not upload.results:
        return None
    cells = {row.line: row.cells for row in read(upload.content)}
    parts = tuple(_part(cells[one["line"]], one) for one in upload.results)
    addition = parts[0]
    is_settled = upload.state == "DONE" and all(part.is_done or part.refused for part in parts)
    if addition.action != "add" or not (is_settled or addition.refused):
        return None
    return Added(addition.cells["email"], upload.ended_at or upload.uploaded_at, parts)


def _part(cells: Mapping[str, str], result: Mapping[str, object]) -> Part:
    code = result["code"]
    refused = refuse(RefusalCode(str(code)), message=str(result["message"])) if code else None
    return Part(cells["action"], cells, result["outcome"] == "done", refused)

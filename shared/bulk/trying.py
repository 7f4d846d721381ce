"""Tells what a table would do, and does nothing (T34): every row is asked of its own service.

Many are asked at once, and all additions together; a row that needs what an earlier one of the same
person does is told so. Seats are counted through the file in its order, once everything else is
known. The ledger decides about access when it is set: here only what the row itself and the
person's role tell is looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.bulk.office import Office
from shared.bulk.pacing import Progress, in_waves
from shared.bulk.results import Result
from shared.bulk.running import NOBODY
from shared.bulk.table import Row
from shared.bulk.wishes import Access, Add, Assign, Remove, Revoke, Wish, Wrong
from shared.contracts.refusals import EXPLANATIONS, RefusalCode

TAKEN = Wrong(RefusalCode.NO_SEAT_AVAILABLE, "the rows before take the last free seats")


@dataclass
class Trial:
    """One file being tried for an organization."""

    office: Office
    progress: Progress = lambda _done, _total: None
    _changed: dict[str, int] = field(default_factory=dict)
    _free: dict[str, int] = field(default_factory=dict)
    _not_added: Mapping[Add, Wrong] = field(default_factory=dict)

    async def all(self, rows: Sequence[Row]) -> list[Result]:
        """Try every row; seats go to those who come first in the file."""
        await self.office.open()
        self._free = await self.office.free_seats()
        wishes = {row.wish for row in rows if isinstance(row.wish, Add) and row.same_as is None}
        self._not_added = await self.office.try_additions(list(wishes))
        asked = await in_waves(rows, self._one, self.progress)
        return [self._seated(result) for result in asked]

    async def _one(self, row: Row) -> Result:
        if isinstance(row.wish, Wrong):
            return Result(row, "refused", row.wish)
        if row.same_as is not None:
            return Result(row, "same", earlier=row.same_as)
        person = row.wish.email.casefold()
        earlier = self._changed.get(person)
        wrong = await self._refusal(row.wish) if earlier is None else None
        if wrong is not None:
            return Result(row, "refused", wrong)
        if isinstance(row.wish, Add | Remove):
            self._changed[person] = row.line
        return Result(row, "passes" if earlier is None else "depends", earlier=earlier)

    async def _refusal(self, wish: Wish) -> Wrong | None:
        if isinstance(wish, Add):
            return self._not_added.get(wish)
        data = self.office.command_of(wish)
        if data is None:
            return NOBODY
        if isinstance(wish, Access):
            return self._refusal_of_access(wish)
        verdict = await self.office.send(data, self.office.clock.new_id(), dry_run=True)
        if verdict is None:
            return Wrong(RefusalCode.OVERLOADED, "no service answers; try again")
        if verdict.refused is not None:
            return Wrong(verdict.refused.code, verdict.refused.message)
        return None

    def _refusal_of_access(self, wish: Access) -> Wrong | None:
        if self.office.people[wish.email.casefold()].role != "ADMINISTRATOR":
            return None
        code = RefusalCode.QUOTA_NOT_APPLICABLE_TO_ADMINISTRATOR
        return Wrong(code, EXPLANATIONS[code].meaning)

    def _seated(self, result: Result) -> Result:
        """Count the seats that a row takes or gives back; it is too late once none is left."""
        if result.outcome not in {"passes", "depends"}:
            return result
        match result.row.wish:
            case Assign(product=product):
                if result.outcome == "passes" and self._free.get(product, 0) <= 0:
                    return Result(result.row, "refused", TAKEN)
                self._free[product] = self._free.get(product, 0) - 1
            case Revoke(product=product):
                self._free[product] = self._free.get(product, 0) + 1
        return result

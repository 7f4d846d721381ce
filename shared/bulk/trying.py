"""Tells what a table would do, and does nothing (T34): every row is asked of its own service.

A row that needs what an earlier one of the file does is told so. Seats are counted through the file
in its order. The ledger decides about access when it is set: here only what the row itself and the
person's role tell is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.bulk.office import Office
from shared.bulk.results import Result
from shared.bulk.running import NOBODY, Progress
from shared.bulk.table import Row
from shared.bulk.wishes import Access, Add, Assign, Remove, Revoke, Wish, Wrong
from shared.contracts.refusals import EXPLANATIONS, RefusalCode


@dataclass
class Trial:
    """One file being tried for an organization."""

    office: Office
    progress: Progress = lambda _done, _total: None
    _changed: dict[str, int] = field(default_factory=dict)
    _free: dict[str, int] = field(default_factory=dict)

    async def all(self, rows: Sequence[Row]) -> list[Result]:
        """Try every row in the order of the file."""
        await self.office.open()
        self._free = await self.office.free_seats()
        results = []
        for number, row in enumerate(rows, start=1):
            results.append(await self._one(row))
            self.progress(number, len(rows))
        return results

    async def _one(self, row: Row) -> Result:
        if isinstance(row.wish, Wrong):
            return Result(row, "refused", row.wish)
        if row.same_as is not None:
            return Result(row, "same", earlier=row.same_as)
        earlier = self._changed.get(row.wish.email.casefold())
        if earlier is not None:
            self._note(row, row.wish)
            return Result(row, "depends", earlier=earlier)
        wrong = await self._refusal(row.wish)
        if wrong is not None:
            return Result(row, "refused", wrong)
        self._note(row, row.wish)
        return Result(row, "passes")

    async def _refusal(self, wish: Wish) -> Wrong | None:
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
        if isinstance(wish, Assign) and self._free.get(wish.product, 0) <= 0:
            taken = "the rows before take the last free seats"
            return Wrong(RefusalCode.NO_SEAT_AVAILABLE, taken)
        return None

    def _refusal_of_access(self, wish: Access) -> Wrong | None:
        if self.office.people[wish.email.casefold()].role != "ADMINISTRATOR":
            return None
        code = RefusalCode.QUOTA_NOT_APPLICABLE_TO_ADMINISTRATOR
        return Wrong(code, EXPLANATIONS[code].meaning)

    def _note(self, row: Row, wish: Wish) -> None:
        """Remember what the row would change for the rows after it."""
        match wish:
            case Add() | Remove():
                self._changed[wish.email.casefold()] = row.line
            case Assign(product=product):
                self._free[product] = self._free.get(product, 0) - 1
            case Revoke(product=product):
                self._free[product] = self._free.get(product, 0) + 1
            case Access():
                pass

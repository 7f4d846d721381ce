"""Carries the rows of a table out, many people at once and each person's rows in order (T34)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic

from shared.bulk.office import Office
from shared.bulk.pacing import Progress, Stops, in_waves, never
from shared.bulk.receipts import Receipt
from shared.bulk.results import Result
from shared.bulk.table import Row
from shared.bulk.wishes import Add, Remove, Wish, Wrong
from shared.contracts.membership import MemberAdded
from shared.contracts.message import Verdict
from shared.contracts.refusals import RefusalCode

# Licensing and the ledger hear of who was just added, or of what just arose, within moments.
UNHEARD = {RefusalCode.NOT_IN_ORGANIZATION, RefusalCode.UNKNOWN_ORGANIZATION}
HEARING_SECONDS = 15.0
HEARING_AGAIN_SECONDS = 0.25
NOBODY = Wrong(RefusalCode.NOT_IN_ORGANIZATION, "email: nobody in the organization has it")


@dataclass
class Run:
    """One file being carried out in an open office; a file again is the same commands again."""

    office: Office
    receipt: Receipt
    progress: Progress = lambda _done, _total: None
    stops: Stops = never
    added: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)

    async def all(self, rows: Sequence[Row]) -> list[Result]:
        """Carry every row out; gives what became of each, in the order of the file."""
        return await in_waves(rows, self._one, self.progress)

    async def _one(self, row: Row) -> Result:
        if isinstance(row.wish, Wrong):
            return Result(row, "refused", row.wish)
        if row.same_as is not None:
            return Result(row, "same", earlier=row.same_as)
        if self.stops():
            return Result(row, "stopped")
        verdict = await self._decided(row, row.wish)
        if isinstance(verdict, Wrong):
            return Result(row, "refused", verdict)
        if verdict is None:
            return Result(row, "unanswered")
        if verdict.refused is not None:
            return Result(row, "refused", Wrong(verdict.refused.code, verdict.refused.message))
        self._learn(row.wish, verdict)
        return Result(row, "done")

    async def _decided(self, row: Row, wish: Wish) -> Verdict | Wrong | None:
        """Send a row's command; a service that has not heard of the person yet is asked again."""
        data = self.office.command_of(wish) if self._is_meant(wish) else None
        if data is None:
            return NOBODY
        deadline = monotonic() + HEARING_SECONDS
        attempt = 0
        while True:
            verdict = await self.office.send(data, self.receipt.id_of(row.line, attempt))
            if not self._has_not_heard(wish, verdict) or monotonic() > deadline:
                return verdict
            attempt += 1
            # sleep: until a service has heard of whom this file added; HEARING_SECONDS at most
            await asyncio.sleep(HEARING_AGAIN_SECONDS)

    def _is_meant(self, wish: Wish) -> bool:
        """Whether a row means somebody: in when the file was first sent, or added by it."""
        person = wish.email.casefold()
        if isinstance(wish, Add):
            return True
        if person in self.gone:
            return False
        meant = self.receipt.account_of(person)
        if meant is not None:
            self.office.accounts[person] = meant
        return meant is not None or person in self.added

    def _has_not_heard(self, wish: Wish, verdict: Verdict | None) -> bool:
        if verdict is None or verdict.refused is None or wish.email.casefold() not in self.added:
            return False
        return verdict.refused.code in UNHEARD

    def _learn(self, wish: Wish, verdict: Verdict) -> None:
        person = wish.email.casefold()
        if isinstance(wish, Add):
            joined = MemberAdded.model_validate(verdict.result, strict=False)
            self.office.accounts[person] = joined.account_id
            self.added.add(person)
            self.gone.discard(person)
        elif isinstance(wish, Remove):
            self.added.discard(person)
            self.gone.add(person)

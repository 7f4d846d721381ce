"""Asks the services in an Administrator's name: the commands of rows, and who is who."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared.bulk.table import Row
from shared.bulk.wishes import Access, Add, Assign, Remove, Revoke, Wish, Wrong
from shared.clock import Clock
from shared.contracts.catalogue import COMMAND_BY_TYPE
from shared.contracts.credits import SetCreditAccess
from shared.contracts.licensing import AssignLicense, LicenseList, ListLicenses, RevokeLicense
from shared.contracts.membership import (
    ADDITIONS_MAX,
    Addition,
    AdditionsTried,
    AddMember,
    ListMembers,
    MemberList,
    Person,
    RemoveMember,
    TryAdditions,
)
from shared.contracts.message import Command, CommandData, Verdict
from shared.contracts.refusals import RefusalCode
from shared.messaging.ask import Asker, NoAnswer

TRIES = 5
RETRY_SECONDS = 0.5
PAGE = 500
# The same id may be sent again: nothing was decided.
PASSING = {RefusalCode.OVERLOADED, RefusalCode.COPY_STALE}


class NotShownError(Exception):
    """The organization is not shown to who asks; `wrong` says why."""

    def __init__(self, wrong: Wrong) -> None:
        """Carry the refusal."""
        super().__init__(f"{wrong.code}: {wrong.message}")
        self.wrong = wrong


@dataclass
class Office:
    """An organization as its Administrator `by` acts on it; `people` are those in it, by e-mail."""

    asks: Asker
    clock: Clock
    organization: UUID
    by: UUID
    people: dict[str, Person] = field(default_factory=dict)
    accounts: dict[str, UUID] = field(default_factory=dict)

    async def open(self) -> None:
        """Learn who is in; raises NotShownError when that is not for who asks to know."""
        async for person in self._everybody():
            self.people[person.email.casefold()] = person
            self.accounts[person.email.casefold()] = person.account_id

    def those_in(self, rows: Iterable[Row]) -> dict[str, UUID]:
        """The accounts of those of a file who are in, by e-mail."""
        named = {row.wish.email.casefold() for row in rows if not isinstance(row.wish, Wrong)}
        return {email: self.accounts[email] for email in named & self.accounts.keys()}

    async def free_seats(self) -> dict[str, int]:
        """How many seats of each product are free now."""
        shown = await self._shown(ListLicenses())
        listed = LicenseList.model_validate(shown, strict=False)
        return {seats.product: seats.free for seats in listed.products}

    async def try_additions(self, wishes: Sequence[Add]) -> dict[Add, Wrong]:
        """Ask about many additions at once; tells those that would be refused, and why."""
        wrong: dict[Add, Wrong] = {}
        for first in range(0, len(wishes), ADDITIONS_MAX):
            asked = wishes[first : first + ADDITIONS_MAX]
            additions = tuple(Addition(email=one.email, role=one.role.upper()) for one in asked)
            shown = await self._shown(TryAdditions(additions=additions))
            for one in AdditionsTried.model_validate(shown, strict=False).refusals:
                wrong[asked[one.place]] = Wrong(one.refused.code, one.refused.message)
        return wrong

    async def send(
        self, data: CommandData, identifier: UUID, *, dry_run: bool = False
    ) -> Verdict | None:
        """Send a command until it is decided; None when nobody answers."""
        command = self._command(data, identifier, dry_run=dry_run)
        verdict: Verdict | None = None
        for _ in range(TRIES):
            try:
                verdict = await self.asks.ask(command)
            except NoAnswer:
                continue
            if verdict.refused is None or verdict.refused.code not in PASSING:
                return verdict
            await asyncio.sleep(RETRY_SECONDS)  # sleep: a service said that it cannot now
        return verdict

    def command_of(self, wish: Wish) -> CommandData | None:
        """The command of a row; None when nobody here has its e-mail."""
        account = self.accounts.get(wish.email.casefold())
        if isinstance(wish, Add):
            return AddMember(email=wish.email, role=wish.role.upper())
        if account is None:
            return None
        match wish:
            case Remove():
                return RemoveMember(account_id=account)
            case Assign(product=product):
                return AssignLicense(product=product, account_id=account)
            case Revoke(product=product):
                return RevokeLicense(product=product, account_id=account)
            case Access(mode=mode, limit=limit, period=period):
                return SetCreditAccess.model_construct(
                    account_id=account, mode=mode, limit=limit, period=period
                )

    async def _everybody(self) -> AsyncIterator[Person]:
        after: UUID | None = None
        while True:
            shown = await self._shown(ListMembers(after=after, limit=PAGE))
            listed = MemberList.model_validate(shown, strict=False)
            for person in listed.members:
                yield person
            after = listed.after
            if after is None:
                return

    async def _shown(self, query: CommandData) -> dict[str, Any]:
        verdict = await self.send(query, self.clock.new_id())
        if verdict is None:
            raise NotShownError(Wrong(RefusalCode.OVERLOADED, "no service answers; try again"))
        if verdict.refused is not None:
            raise NotShownError(Wrong(verdict.refused.code, verdict.refused.message))
        return dict(verdict.result or {})

    def _command(
        self, data: CommandData, identifier: UUID, *, dry_run: bool
    ) -> Command[CommandData]:
        command: Command[CommandData] = COMMAND_BY_TYPE[data.TYPE](
            id=identifier,
            type=data.TYPE,
            actor=self.asks.user,
            on_behalf_of=self.by,
            owner=self.organization,
            sent_at=self.clock.now(),
            dry_run=True if dry_run else None,
            data=data,
        )
        return command

"""Asks the ledger about one wallet, over the broker as anybody would, page after page."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.clock import Clock
from shared.contracts.catalogue import COMMAND_BY_TYPE
from shared.contracts.credit_queries import LedgerQuestion
from shared.contracts.message import Command, Refused, Verdict
from shared.messaging.ask import Asker, NoAnswer, asker

TRIES = 5


class RefusedError(Exception):
    """The ledger does not answer this question."""

    def __init__(self, refused: Refused) -> None:
        """Keep the code for those who can go on without an answer."""
        super().__init__(f"{refused.code}: {refused.message}")
        self.code = refused.code


@dataclass(frozen=True)
class Inquiry:
    """Questions about the wallet of `owner`."""

    asker: Asker
    owner: UUID
    clock: Clock

    async def ask(self, data: LedgerQuestion) -> dict[str, Any]:
        """Ask one question; raises RefusedError, and NoAnswer after several tries."""
        verdict = await self._patiently(self._question(data))
        if verdict.refused is not None:
            raise RefusedError(verdict.refused)
        return dict(verdict.result or {})

    async def pages(self, data: LedgerQuestion, name: str) -> AsyncIterator[list[dict[str, Any]]]:
        """Ask for a list page by page, each from where the one before ended."""
        async for answer in self.answers(data):
            yield answer[name]

    async def answers(self, data: LedgerQuestion) -> AsyncIterator[dict[str, Any]]:
        """Ask for the pages of a list with all that is answered beside them."""
        while True:
            answer = await self.ask(data)
            yield answer
            if answer.get("after") is None:
                return
            data = _from(data, answer["after"])

    async def rows(self, data: LedgerQuestion, name: str) -> AsyncIterator[dict[str, Any]]:
        """Ask for a list row by row."""
        async for page in self.pages(data, name):
            for row in page:
                yield row

    def _question(self, data: LedgerQuestion) -> Command[Any]:
        return COMMAND_BY_TYPE[data.TYPE](
            id=self.clock.new_id(),
            type=data.TYPE,
            actor=self.asker.user,
            owner=self.owner,
            sent_at=self.clock.now(),
            data=data,
        )

    async def _patiently(self, question: Command[Any]) -> Verdict:
        """Ask again with the same id when no answer came: a question changes nothing."""
        for _ in range(TRIES - 1):
            try:
                return await self.asker.ask(question)
            except NoAnswer:
                continue
        return await self.asker.ask(question)


@asynccontextmanager
async def inquiry(amqp_url: str, owner: UUID) -> AsyncIterator[Inquiry]:
    """Open an inquiry about a wallet."""
    async with asker(amqp_url) as asks:
        yield Inquiry(asks, owner, Clock())


def _from(data: LedgerQuestion, after: object) -> LedgerQuestion:
    """Ask the same from a cursor on, as it was answered."""
    fields = data.model_dump(mode="json") | {"after": after}
    return type(data).model_validate_json(json.dumps(fields))

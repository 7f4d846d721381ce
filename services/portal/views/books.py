"""The books of a wallet as pages ask them: all rows of a list, and nothing where none are yet."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from services.portal.asking import Asking, RefusedError
from services.portal.viewer import Viewer
from shared.contracts.message import CommandData
from shared.contracts.refusals import RefusalCode

NO_WALLET = RefusalCode.UNKNOWN_ORGANIZATION
ROWS_MAX = 5_000

Answer = TypeVar("Answer")
Ask: TypeAlias = Callable[[CommandData], Awaitable[dict[str, Any]]]
All: TypeAlias = Callable[[CommandData, str], Awaitable[list[dict[str, Any]]]]


@dataclass(frozen=True)
class Books:
    """One wallet as its questions are asked."""

    asking: Asking
    viewer: Viewer
    owner: UUID

    async def ask(self, data: CommandData) -> dict[str, Any]:
        return await self.asking.ask(data, viewer=self.viewer, owner=self.owner)

    async def all(
        self, data: CommandData, name: str, *, most: int = ROWS_MAX
    ) -> list[dict[str, Any]]:
        return await all_rows(self.ask, data, name, most=most)


async def if_any(answer: Awaitable[Answer]) -> Answer | None:
    """What is answered; nothing where there is no wallet yet, as nothing was ever booked."""
    try:
        return await answer
    except RefusedError as error:
        if error.refused.code != NO_WALLET:
            raise
        return None


async def all_rows(
    ask: Ask, data: CommandData, name: str, *, most: int = ROWS_MAX
) -> list[dict[str, Any]]:
    """Ask for every page of a list, up to `most` rows; nothing where there is no wallet yet."""
    rows: list[dict[str, Any]] = []
    while len(rows) < most:
        answer = await if_any(ask(data))
        if answer is None:
            break
        rows.extend(answer[name])
        if answer.get("after") is None:
            break
        data = data.model_copy(update={"after": _cursor(data, answer["after"])})
    return rows


def _cursor(data: CommandData, after: Any) -> Any:  # noqa: ANN401  # each list has its own
    """Read a cursor as the question's own field has it."""
    validated = type(data).model_validate(data.model_dump() | {"after": after}, strict=False)
    return validated.after  # type: ignore[attr-defined]  # every list has one

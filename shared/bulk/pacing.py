"""The pace of a table: many people at once, each person's rows in the order of the file (T34).

Everybody's first row goes before anybody's second: by then the services have heard of whom the
first one added, and nobody waits for that in another's place.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence

from shared.bulk.results import Result
from shared.bulk.table import Row
from shared.bulk.wishes import Wrong

PEOPLE_AT_ONCE = 20

Progress = Callable[[int, int], None]
Stops = Callable[[], bool]


def never() -> bool:
    """Nobody wants the rows that are left to be let be."""
    return False


async def in_waves(
    rows: Sequence[Row], do: Callable[[Row], Awaitable[Result]], progress: Progress
) -> list[Result]:
    """Do something with every row; gives what came of each, in the order of the file."""
    limit = asyncio.Semaphore(PEOPLE_AT_ONCE)
    results: dict[int, Result] = {}

    async def one(row: Row) -> None:
        async with limit:
            results[row.line] = await do(row)
            progress(len(results), len(rows))

    for wave in _waves(rows):
        async with asyncio.TaskGroup() as tasks:
            for row in wave:
                tasks.create_task(one(row))
    return [results[row.line] for row in rows]


def _waves(rows: Sequence[Row]) -> list[list[Row]]:
    """The first row of each person, then the second of each, and so on."""
    seen: dict[str, int] = defaultdict(int)
    waves: list[list[Row]] = []
    for row in rows:
        person = _person(row)
        if seen[person] == len(waves):
            waves.append([])
        waves[seen[person]].append(row)
        seen[person] += 1
    return waves


def _person(row: Row) -> str:
    """Whose row it is; one that cannot be read stands for itself."""
    return f"line {row.line}" if isinstance(row.wish, Wrong) else row.wish.email.casefold()

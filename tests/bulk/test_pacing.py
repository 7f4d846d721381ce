"""Many people at once, each person's rows in order, and everybody's first before a second (T34)."""

import asyncio

from shared.bulk.pacing import PEOPLE_AT_ONCE, in_waves
from shared.bulk.results import Result
from shared.bulk.table import Row, read

HEADER = "action,email,role,product,mode,limit,period\n"


def rows_of(people: int) -> tuple[Row, ...]:
    """A seat and access for each of so many people, one person after the other."""
    lines = (
        f"assign,p{number}@x.example,,Lumen for Max,,,\naccess,p{number}@x.example,,,unlimited,,\n"
        for number in range(people)
    )
    return read((HEADER + "".join(lines)).encode())


async def test_T34_results_come_in_the_order_of_the_file_and_each_row_once() -> None:
    rows = rows_of(50)
    progress: list[tuple[int, int]] = []

    async def done(row: Row) -> Result:
        await asyncio.sleep(0)  # sleep: lets the others go on
        return Result(row, "done")

    results = await in_waves(rows, done, lambda *at: progress.append(at))

    assert [result.row for result in results] == list(rows)
    assert progress == [(number, 100) for number in range(1, 101)]


async def test_T34_nobodys_second_row_begins_before_everybodys_first_has_ended() -> None:
    ended: list[str] = []
    begun: list[tuple[str, int]] = []

    async def done(row: Row) -> Result:
        begun.append((row.cells["action"], len(ended)))
        await asyncio.sleep(0)  # sleep: lets the others go on
        ended.append(row.cells["action"])
        return Result(row, "done")

    await in_waves(rows_of(30), done, lambda *_: None)

    assert min(before for action, before in begun if action == "access") == 30


async def test_T34_no_more_are_in_the_works_than_the_services_take_at_once() -> None:
    in_the_works = 0
    most = 0

    async def done(row: Row) -> Result:
        nonlocal in_the_works, most
        in_the_works += 1
        most = max(most, in_the_works)
        await asyncio.sleep(0)  # sleep: lets the others go on
        in_the_works -= 1
        return Result(row, "done")

    await in_waves(rows_of(100), done, lambda *_: None)

    assert most == PEOPLE_AT_ONCE

"""Many acts from one table on the whole stack: done, tried, cut off, and sent again (T34)."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from shared.bulk.office import NotShownError, Office
from shared.bulk.receipts import digest_of, receipt_in
from shared.bulk.results import Result
from shared.bulk.running import Run
from shared.bulk.table import read
from shared.bulk.trying import Trial
from shared.clock import Clock
from shared.contracts.credit_queries import ListCreditAccess
from shared.contracts.licensing import ListLicenses
from shared.contracts.membership import ListMembers
from tests.builders import LUMEN, a_license_line, a_purchase, an_id
from tests.system.company import Company, Voices

SEATS = 3
HEADER = "action,email,role,product,mode,limit\n"


@dataclass
class Bulk:
    """Files that somebody sends for a company."""

    company: Company
    folder: Path
    by: UUID
    told: list[tuple[int, int]] = field(default_factory=list)

    async def sends(self, text: str) -> list[Result]:
        content = text.encode()
        digest = digest_of(content, organization=self.company.organization, by=self.by)
        rows, office = read(content), self._office()
        await office.open()
        people = office.those_in(rows)
        receipt = receipt_in(self.folder, digest, people=people, now=datetime.now(UTC))
        return await Run(office, receipt, self._hears).all(rows)

    async def tries(self, text: str) -> list[Result]:
        return await Trial(self._office(), self._hears).all(read(text.encode()))

    def _office(self) -> Office:
        asks = self.company.voices.portal.asker
        return Office(asks, Clock(), self.company.organization, self.by)

    def _hears(self, done: int, of: int) -> None:
        self.told.append((done, of))


async def a_company(voices: Voices) -> Company:
    company = Company(voices)
    await company.registers()
    line = a_license_line(product=LUMEN, seats=SEATS)
    await voices.store.says(a_purchase(account_id=company.ids["Ana"], lines=(line,)))
    await company.appears()
    return company


@pytest.fixture
async def bulk(voices: Voices, tmp_path: Path) -> Bulk:
    company = await a_company(voices)
    return Bulk(company, tmp_path, company.ids["Ana"])


def addresses(count: int) -> list[str]:
    return [f"{an_id().hex}@studio.example" for _ in range(count)]


def told(results: list[Result]) -> list[str]:
    return [result.wrong.code if result.wrong else result.outcome for result in results]


async def seen(company: Company) -> tuple[object, ...]:
    """What the organization looks like: its people, its seats, its access."""
    members = (await company.does(ListMembers(limit=500))).result
    seats = (await company.does(ListLicenses())).result
    access = (await company.does(ListCreditAccess(limit=500))).result
    return members, seats, access


async def test_T34_T32_people_are_added_given_seats_and_access_each_row_by_itself(
    bulk: Bulk,
) -> None:
    ben, eva, fay, dan = addresses(4)
    rows = (
        f"add,{ben},MEMBER,,,\nadd,{eva},guest,,,\nadd,{fay},BOSS,,,\nadd,{dan},MEMBER,,,\n"
        f"assign,{ben},,{LUMEN},,\naccess,{ben},,,quota,120\naccess,{eva},,,unlimited,\n"
        f"assign,{fay},,{LUMEN},,\nadd,{ben.upper()},MEMBER,,,\nremove,{dan},,,,\n"
        f"access,{dan},,,unlimited,\n"
    )

    results = await bulk.sends(HEADER + rows)

    assert told(results) == [
        "done", "done", "unknown_role", "done",
        "done", "done", "done",
        "not_in_organization", "already_in_organization", "done", "not_in_organization",
    ]  # fmt: skip
    assert bulk.told[-1] == (11, 11)
    listed = (await bulk.company.does(ListMembers())).result
    assert listed is not None
    people = listed["members"]
    assert isinstance(people, list)
    in_now = {str(one["email"]) for one in people if isinstance(one, dict) and not one["removing"]}
    assert {ben, eva} <= in_now


async def test_T34_the_same_file_again_changes_nothing_and_tells_the_same(bulk: Bulk) -> None:
    ben, eva = addresses(2)
    text = (
        f"{HEADER}add,{ben},MEMBER,,,\nassign,{ben},,{LUMEN},,\nadd,{eva},GUEST,,,\n"
        f"revoke,{ben},,{LUMEN},,\nassign,{ben},,nothing,,\naccess,{eva},,,quota,7\n"
    )
    first = await bulk.sends(text)
    before = await seen(bulk.company)

    again = await bulk.sends(text)

    assert told(again) == told(first)
    assert told(first) == ["done", "done", "done", "done", "unknown_product", "done"]
    assert await seen(bulk.company) == before


async def test_T34_a_file_that_removes_tells_the_same_again(bulk: Bulk) -> None:
    ben, eva = addresses(2)
    await bulk.sends(f"{HEADER}add,{ben},MEMBER,,,\nadd,{eva},MEMBER,,,\n")
    text = f"{HEADER}remove,{ben},,,,\nremove,{eva},,,,\naccess,{eva},,,unlimited,\n"

    first, again = await bulk.sends(text), await bulk.sends(text)

    assert told(first) == ["done", "done", "not_in_organization"]
    assert told(again) == told(first)


async def test_T34_the_same_file_again_means_nobody_who_joined_since(bulk: Bulk) -> None:
    [ben] = addresses(1)
    text = f"{HEADER}remove,{ben},,,,\n"
    first = await bulk.sends(text)
    await bulk.sends(f"{HEADER}add,{ben},MEMBER,,,\n")
    before = await seen(bulk.company)

    again = await bulk.sends(text)

    assert (told(first), told(again)) == (["not_in_organization"],) * 2
    assert (await seen(bulk.company))[0] == before[0]


async def test_T34_a_file_that_was_cut_off_goes_on_where_it_stopped(bulk: Bulk) -> None:
    people = addresses(6)
    text = HEADER + "".join(f"add,{one},MEMBER,,,\n" for one in people)
    digest = digest_of(text.encode(), organization=bulk.company.organization, by=bulk.by)
    receipt = receipt_in(bulk.folder, digest, people={}, now=datetime.now(UTC))
    office = Office(bulk.company.voices.portal.asker, Clock(), bulk.company.organization, bulk.by)
    await office.open()
    await Run(office, receipt).all(read(text.encode())[:3])

    results = await bulk.sends(text)

    assert told(results) == ["done"] * 6


async def test_T34_a_dry_run_tells_row_by_row_and_does_nothing(bulk: Bulk) -> None:
    people = addresses(5)
    # Once a product that nobody sells is refused and access is set, everybody has heard of them.
    added = (
        f"add,{one},MEMBER,,,\nassign,{one},,none,,\naccess,{one},,,disabled,\n"
        for one in people[:4]
    )
    await bulk.sends(HEADER + "".join(added))
    before = await seen(bulk.company)
    rows = "".join(f"assign,{one},,{LUMEN},,\n" for one in people[:4])

    results = await bulk.tries(
        f"{HEADER}{rows}add,{people[0]},MEMBER,,,\nadd,{people[4]},MEMBER,,,\n"
        f"assign,{people[4]},,{LUMEN},,\nremove,{people[1]},,,,\n"
    )

    free = told(results)[:4].count("passes")
    assert told(results)[:4] == ["passes"] * free + ["no_seat_available"] * (4 - free)
    assert 0 < free < 4
    assert told(results)[4:] == ["already_in_organization", "passes", "depends", "passes"]
    assert results[6].earlier == 7
    assert await seen(bulk.company) == before


async def test_R2_T34_nobody_but_the_administrator_sends_a_table(bulk: Bulk) -> None:
    bulk.by = bulk.company.ids["Ben"]
    [ben] = addresses(1)

    with pytest.raises(NotShownError) as caught:
        await bulk.sends(f"{HEADER}add,{ben},MEMBER,,,\n")

    assert caught.value.wrong.code == "not_administrator"


@pytest.mark.verify
@pytest.mark.timeout(600)
async def test_T34_five_thousand_rows_are_done_once_with_progress(bulk: Bulk) -> None:
    people = addresses(2500)
    rows = "".join(f"add,{one},GUEST,,,\naccess,{one},,,quota,1\n" for one in people)

    results = await bulk.sends(HEADER + rows)
    again = await bulk.sends(HEADER + rows)

    assert Counter(told(results)) == {"done": 5000}
    assert Counter(told(again)) == {"done": 5000}
    assert [done for done, _ in bulk.told] == [*range(1, 5001)] * 2

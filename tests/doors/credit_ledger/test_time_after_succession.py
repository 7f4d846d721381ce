"""Time goes by in every wallet, whatever names mean by now (T16, T28, A18)."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.credit_ledger.rules.acts import Act
from services.credit_ledger.rules.hold_acts import Extend
from services.credit_ledger.timers import sweep_once
from shared.contracts.credit_queries import ShowPool
from shared.contracts.refusals import RefusalCode
from shared.postgres.pool import open_pool
from tests.ledger.access_acts import a_succession
from tests.ledger.acts import (
    CREDIT,
    a_capture,
    a_grant,
    a_pool,
    a_role,
    a_void,
    an_authorize,
    an_extend,
    an_id,
)
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization, desk_at
from tests.ledger.engines import running_engine
from tests.ledger.months import in_november, until
from tests.ledger.window import window_at

LEASE = 120


@pytest.fixture
async def larkspur(desk: Desk) -> Larkspur:
    return await an_organization(desk)


async def mia_holds_and_succeeds(desk: Desk, larkspur: Larkspur) -> tuple[UUID, UUID]:
    """Mia holds five credits of her own; then she joins, and administers what Ana did."""
    mia = an_id()
    hold = an_authorize(mia, mia, 5 * CREDIT, lease_seconds=LEASE)
    await desk.decide(a_grant(mia, 5 * CREDIT), hold)
    await desk.decide(a_role(larkspur.id, mia))
    await desk.decide(a_succession(larkspur.id, larkspur.ana, mia))
    return mia, hold.command


async def sweep(database: LedgerDatabase, desk: Desk, times: int = 1) -> None:
    """As the service does each second."""
    async with (
        await open_pool(database.service_url) as pool,
        running_engine(database, clock=desk.clock) as engine,
    ):
        for _ in range(times):
            await sweep_once(pool, engine)


async def own_of(desk: Desk, account: UUID) -> tuple[UUID, float, float]:
    """An own wallet's uuid, and what is held and asleep in it; no name may lead there."""
    row = await desk.connection.fetchrow(
        "SELECT uid, held, dormant FROM wallet WHERE owner = $1", account
    )
    assert row is not None
    return row["uid"], row["held"] / CREDIT, row["dormant"] / CREDIT


async def versions(desk: Desk) -> tuple[int, int]:
    """How often wallets changed, and how many batches were written down."""
    row = await desk.connection.fetchrow(
        "SELECT sum(version)::bigint AS versions, (SELECT count(*) FROM batch) AS batches"
        " FROM wallet"
    )
    assert row is not None
    return row["versions"], row["batches"]


async def test_T16_T28_a_lease_ends_in_the_own_wallet_of_the_new_administrator(
    database: LedgerDatabase, desk: Desk, larkspur: Larkspur
) -> None:
    mia, _ = await mia_holds_and_succeeds(desk, larkspur)
    desk.advance(LEASE + 1)

    await sweep(database, desk)

    uid, *amounts = await own_of(desk, mia)
    assert amounts == [0, 5]
    async with window_at(database, desk) as window:
        shown = await window.ask(ShowPool(), uid)
    assert (shown["wallet_id"], shown["owner"], shown["dormant"]) == (str(uid), str(mia), "5")
    assert (await database.reconciled()).differences == ()


async def test_T16_a_sweep_with_nothing_left_to_do_writes_nothing(
    database: LedgerDatabase, desk: Desk, larkspur: Larkspur
) -> None:
    await mia_holds_and_succeeds(desk, larkspur)
    desk.advance(LEASE + 1)
    await sweep(database, desk)
    before = await versions(desk)

    await sweep(database, desk, times=3)

    assert await versions(desk) == before


async def test_T16_A18_the_month_of_a_wallet_closes_to_which_no_name_leads(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await in_november(desk)
    mia = an_id()
    await desk.decide(a_grant(mia, 5 * CREDIT), a_role(larkspur.id, mia))
    await desk.decide(a_succession(larkspur.id, larkspur.ana, mia))
    until(desk, datetime(2026, 12, 2, tzinfo=UTC))

    await sweep(database, desk)

    months = await desk.connection.fetch(
        "SELECT period FROM statement WHERE wallet = (SELECT id FROM wallet WHERE owner = $1)", mia
    )
    assert [month["period"] for month in months] == ["2026-11"]


@pytest.mark.parametrize("what", ["capture", "void", "extend"])
@pytest.mark.parametrize("is_fresh", [True, False])
async def test_T16_T27_what_ends_a_hold_finds_it_though_its_owners_name_moved(
    database: LedgerDatabase, desk: Desk, larkspur: Larkspur, what: str, *, is_fresh: bool
) -> None:
    mia, hold = await mia_holds_and_succeeds(desk, larkspur)
    act = {
        "capture": a_capture(mia, hold, 2 * CREDIT),
        "void": a_void(mia, hold),
        "extend": an_extend(mia, hold),
    }[what]

    async with desk_at(database, desk.clock) as other:
        at_desk = other if is_fresh else desk
        [outcome] = await at_desk.decide(act)
        [again] = await at_desk.decide(act)

    held = 5 if isinstance(act, Extend) else 0
    asleep = {"capture": 3, "void": 5, "extend": 0}[what]
    assert (outcome.refusal, outcome.parked) == (None, False)
    assert (again.refusal, again.duplicate) == (None, True)
    assert (await own_of(desk, mia))[1:] == (held, asleep)
    assert (await database.reconciled()).differences == ()


async def test_T16_a_hold_authorized_while_the_name_meant_the_pool_is_captured_in_the_pool(
    database: LedgerDatabase, desk: Desk, larkspur: Larkspur
) -> None:
    ana = larkspur.ana
    hold = an_authorize(ana, ana, 90 * CREDIT)
    async with desk_at(database) as other:
        await other.decide(an_authorize(ana, ana))
        await desk.decide(hold)
        await desk.decide(a_succession(larkspur.id, ana, larkspur.ben))
        [outcome] = await other.decide(a_capture(ana, hold.command, 84 * CREDIT))

    assert (outcome.refusal, outcome.captured) == (None, 84 * CREDIT)
    assert (await database.reconciled()).differences == ()


async def test_T16_a_name_that_left_and_came_back_unseen_finds_the_hold_of_meanwhile(
    database: LedgerDatabase, desk: Desk, larkspur: Larkspur
) -> None:
    ben = larkspur.ben
    async with desk_at(database) as other:
        await other.decide(an_authorize(ben, ben))
        await desk.decide(a_succession(larkspur.id, larkspur.ana, ben))
        hold = an_authorize(ben, ben, 9 * CREDIT)
        await desk.decide(hold)
        await desk.decide(a_succession(larkspur.id, ben, larkspur.ana))
        [outcome] = await other.decide(a_capture(ben, hold.command, 4 * CREDIT))

    assert (outcome.refusal, outcome.captured) == (None, 4 * CREDIT)


async def waiting(desk: Desk) -> int:
    count: int = await desk.connection.fetchval("SELECT count(*) FROM parked_command")
    return count


async def remembered(desk: Desk, act: Act) -> list[UUID]:
    """Whose wallets have a verdict of an act."""
    rows = await desk.connection.fetch(
        "SELECT owner FROM verdict JOIN wallet ON id = wallet WHERE command = $1", act.command
    )
    return [row["owner"] for row in rows]


@pytest.mark.parametrize("by_organization", [True, False])
async def test_T19_a_capture_that_waits_is_charged_by_whatever_name_its_hold_comes(
    database: LedgerDatabase, desk: Desk, larkspur: Larkspur, *, by_organization: bool
) -> None:
    names = (larkspur.id, larkspur.ana) if by_organization else (larkspur.ana, larkspur.id)
    hold = an_authorize(names[1], larkspur.ben, 90 * CREDIT)
    [waits] = await desk.decide(a_capture(names[0], hold.command, 84 * CREDIT))

    async with desk_at(database) as other:
        await other.decide(hold)
        [late] = other.late

    assert waits.parked
    assert (late.refusal, late.captured) == (None, 84 * CREDIT)
    assert await waiting(desk) == 0


async def test_T16_what_waited_in_vain_is_told_so_where_its_name_leads_and_waits_no_more(
    database: LedgerDatabase, desk: Desk, larkspur: Larkspur
) -> None:
    capture = a_capture(larkspur.ana, an_id())
    await desk.decide(capture)
    await desk.decide(a_succession(larkspur.id, larkspur.ana, larkspur.ben))
    desk.advance(61)

    await sweep(database, desk)

    assert await waiting(desk) == 0
    assert await remembered(desk, capture) == [larkspur.ana]
    [again] = await desk.decide(capture)
    assert again.refusal is not None
    assert (again.refusal.code, again.duplicate) == (RefusalCode.UNKNOWN_HOLD, True)


async def test_T19_what_was_decided_while_it_waited_waits_no_more(
    database: LedgerDatabase, desk: Desk, larkspur: Larkspur
) -> None:
    capture = a_capture(larkspur.id, an_id())
    await desk.decide(capture)
    desk.advance(61)
    await sweep(database, desk)
    await desk.connection.execute(
        "INSERT INTO parked_command (wallet, command, hold, body, reply_to, until)"
        " SELECT wallet, $1, $2, $3, NULL, now() FROM wallet_name WHERE owner = $4",
        *(capture.command, capture.hold, capture.body, larkspur.id),  # type: ignore[union-attr]  # a capture
    )

    await sweep(database, desk)

    assert await waiting(desk) == 0


async def test_conventions_4_a_wallet_goes_by_its_uuid_at_the_desk_and_at_the_window(
    database: LedgerDatabase, desk: Desk
) -> None:
    account = an_id()
    await desk.decide(a_grant(account), a_pool(account, organization := an_id()))
    uid, *_ = await own_of(desk, organization)

    [outcome] = await desk.decide(an_authorize(uid, account))
    async with window_at(database, desk) as window:
        by_uid, by_name = await window.ask(ShowPool(), uid), await window.ask(ShowPool(), account)

    assert outcome.refusal is None
    assert by_uid == by_name

"""The reconciler finds nothing in what the engine wrote, and names whatever was changed."""

import asyncio
import json
import sys
from datetime import UTC, datetime

import asyncpg

from deploy.operator.reconcile.report import Report, compare
from tests.ledger.acts import (
    CREDIT,
    a_capture,
    a_debit,
    a_grant,
    a_lapse,
    a_role,
    a_void,
    an_access,
    an_authorize,
    an_id,
)
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization, desk_at


async def a_busy_day(desk: Desk) -> Larkspur:
    """A bit of everything: two lots, holds ended in every way, refusals, a lot that runs out."""
    larkspur = await an_organization(desk, 30 * CREDIT, 500 * CREDIT)
    owner, ben, dan = larkspur.id, larkspur.ben, larkspur.dan
    holds = [an_id() for _ in range(6)]
    early = a_capture(owner, holds[5], 3 * CREDIT)
    await desk.decide(
        *(an_authorize(owner, ben, 20 * CREDIT, id=hold) for hold in holds[:3]), early
    )
    await desk.decide(
        an_authorize(owner, dan, 40 * CREDIT, id=holds[3], lease_seconds=1),
        an_authorize(owner, ben, 40 * CREDIT, id=holds[4]),
        a_capture(owner, holds[0], 15 * CREDIT),
        a_capture(owner, holds[1], 5 * CREDIT, final=False),
        a_void(owner, holds[2]),
        *(a_debit(owner, dan, 7 * CREDIT) for _ in range(4)),
        a_debit(owner, dan, 99 * CREDIT),
        a_debit(owner, an_id()),
    )
    await desk.decide(an_authorize(owner, ben, 9 * CREDIT, id=holds[5]))
    await desk.decide(
        a_grant(larkspur.ana, 50 * CREDIT, expires_at=datetime(2099, 1, 1, tzinfo=UTC))
    )
    desk.advance(5)
    await desk.decide(a_lapse(owner, holds[3]), a_capture(owner, holds[1], 15 * CREDIT))
    return larkspur


async def test_what_the_engine_wrote_is_balanced(database: LedgerDatabase, desk: Desk) -> None:
    await a_busy_day(desk)

    report = await database.reconciled()

    assert report.differences == ()
    assert report.balanced
    assert report.wallets == 3  # the pool, and a wallet of his own for each of two people
    assert report.journal_rows > 20


async def test_an_empty_ledger_is_balanced(database: LedgerDatabase) -> None:
    report = await database.reconciled()

    assert (report.balanced, report.wallets, report.journal_rows) == (True, 0, 0)


async def test_a_person_added_again_starts_a_new_count_and_balances(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    owner, ben = larkspur.id, larkspur.ben
    await desk.decide(a_debit(owner, ben, 10 * CREDIT), an_authorize(owner, ben, CREDIT))

    await desk.decide(a_role(owner, ben, "REMOVED"))
    await desk.decide(a_role(owner, ben, "MEMBER"))
    await desk.decide(an_access(owner, ben, by=larkspur.ana))
    await desk.decide(a_debit(owner, ben, 3 * CREDIT))

    assert (await database.reconciled()).differences == ()


# What is changed behind the ledger's back, and what the difference says about it.
CORRUPTIONS = {
    "a total": ("UPDATE wallet SET captured = captured + 1, granted = granted + 1", "granted is"),
    "a sequence": ("UPDATE wallet SET seq = seq + 1", "its sequence is"),
    "a head": ("UPDATE wallet SET head = '\\x00'", "with the head 00"),
    "a lot": ("UPDATE lot SET free = free + 1 WHERE free > 0", "free, but"),
    "a lot's grant": ("UPDATE lot SET granted = granted + 1", "granted, but"),
    "a lot's use": ("UPDATE lot SET captured = captured + 1", "captured, but"),
    "a lot's debt": ("UPDATE lot SET owed = owed + 1", "owed, but"),
    "a dormant lot": (
        "UPDATE lot SET dormant = dormant + 1 WHERE open",
        "dormant, but",
    ),
    "a lot's number": ("UPDATE lot SET number = 9999 WHERE number = 1", "lot 9999 stands for"),
    "a lost lot": ("DELETE FROM lot WHERE number = 1", "lot 1 has 0 granted"),
    "a hold": ("UPDATE hold SET held = held - 1 WHERE held > 0", "has authorized"),
    "its draws": ("UPDATE hold SET amounts[1] = amounts[1] - 1 WHERE held > 0", "keeps"),
    "its end": ("UPDATE hold SET state = 4 WHERE state = 3", "state 4, but"),
    "its person": ("UPDATE hold SET person = wallet.uid FROM wallet", "state 0, but"),
    "a lost hold": ("DELETE FROM hold WHERE held > 0", "state 0, but"),
    "a count": ("UPDATE access SET captured = captured - 1 WHERE captured > 0", "has captured"),
    "an ended count": (
        "INSERT INTO ended_counts SELECT wallet, person, 1 FROM access WHERE captured > 0",
        "ended counts of person",
    ),
    "a held count": ("UPDATE access SET held = held + 1", "and holds"),
    "an amount": ("UPDATE journal SET amount = amount + 1 WHERE seq = 5", "left the head"),
    "a balance": ("UPDATE journal SET balance = balance + 1 WHERE seq = 5", "has the balance"),
    "a content": ("UPDATE journal SET content = content + 1 WHERE seq = 5", "left the head"),
    "a time": ("UPDATE journal SET booked_at = booked_at - interval '1 us'", "left the head"),
    "a lost row": ("DELETE FROM journal WHERE seq = 5", "rows from number 1"),
    "a lost end": ("DELETE FROM journal WHERE seq > 20", "20 rows from number 1"),
    "rows changed for each other": (
        """
        UPDATE journal SET seq = 1006 WHERE seq = 5;
        UPDATE journal SET seq = 5 WHERE seq = 6;
        UPDATE journal SET seq = 6 WHERE seq = 1006
        """,
        "left the head",
    ),
    "a row beside the engine": (
        """
        INSERT INTO journal
        SELECT
            wallet, seq + 1, amount, balance, booked_at, content, lot, person, gen_random_uuid(),
            hold, 0, kind, src, dst
        FROM journal ORDER BY seq DESC LIMIT 1
        """,
        "its sequence is",
    ),
    "two verdicts": (
        """
        INSERT INTO verdict
        SELECT wallet, command, content, false, '{}', booked_at FROM journal WHERE seq = 5
        """,
        "is remembered as refused",
    ),
    "a batch's head": ("UPDATE batch SET heads[1] = '\\x00' WHERE id = 5", "left the head 00"),
    "a lost batch": (
        "DELETE FROM batch WHERE 5 BETWEEN seqs_from[1] AND seqs_to[1]",
        "covers rows",
    ),
    "a range": ("UPDATE batch SET seqs_to[1] = seqs_to[1] - 1 WHERE id = 5", "covers rows"),
    "a lost fact": ("DELETE FROM fact WHERE sequence = 3", "its facts are numbered"),
    "a fact count": ("UPDATE wallet SET fact_sequence = 1", "its facts are numbered to 1"),
    "an outbox row": ("UPDATE outbox SET sequence = 999 WHERE sequence = 3", "fact 999 waits"),
    "a command that waits in vain": (
        """
        INSERT INTO parked_command
        SELECT wallet, command, command, '', NULL, booked_at FROM journal WHERE seq = 5
        """,
        "still waits",
    ),
    "a purchase": (
        """
        INSERT INTO order_line
        SELECT store, order_id, line_no, gen_random_uuid(), 1 FROM lot
        """,
        "stands for order line",
    ),
}


async def report_after(connection: "asyncpg.Connection[asyncpg.Record]", statements: str) -> Report:
    """Reconcile after somebody changed something, and undo the change."""
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(statements)
    report = await compare(connection)
    await transaction.rollback()
    return report


async def test_every_kind_of_corruption_is_reported(database: LedgerDatabase) -> None:
    async with desk_at(database) as desk:
        await a_busy_day(desk)
    unseen = []

    async with database.as_owner() as connection:
        await connection.execute("ALTER TABLE lot DROP CONSTRAINT lot_conserves")
        for name, (statements, expected) in CORRUPTIONS.items():
            report = await report_after(connection, statements)
            if not any(expected in text for text in report.differences):
                unseen.append((name, report.differences))

    assert unseen == []


async def test_totals_below_zero_are_reported(database: LedgerDatabase, desk: Desk) -> None:
    await a_busy_day(desk)
    async with database.as_owner() as connection:
        await connection.execute("ALTER TABLE wallet DROP CONSTRAINT wallet_free_check")
        await connection.execute("ALTER TABLE wallet DROP CONSTRAINT wallet_conserves")
        await connection.execute("UPDATE wallet SET free = -1 WHERE seq > 0")

    report = await database.reconciled()

    assert any("below 0" in text for text in report.differences)
    assert any("is accounted for" in text for text in report.differences)


async def test_the_command_prints_json_and_fails_when_anything_differs(
    database: LedgerDatabase, desk: Desk
) -> None:
    await an_organization(desk)
    balanced = await said_by_command(database)
    async with database.as_owner() as connection:
        await connection.execute("UPDATE wallet SET seq = seq + 1")

    differing = await said_by_command(database)

    assert balanced == (0, {"balanced": True, "wallets": 3, "journal_rows": 1, "differences": []})
    assert differing[0] == 1
    assert "its sequence is 2" in str(differing[1]["differences"])


async def said_by_command(database: LedgerDatabase) -> tuple[int | None, dict[str, object]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.operator.main", "reconcile", "--json"),
        *("--database-url", database.owner_url),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return process.returncode, json.loads(output)

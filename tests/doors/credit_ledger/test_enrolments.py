"""Nodes that speak for the organizations they are enrolled in alone, on a real database (A17)."""

from uuid import UUID

import asyncpg
import orjson
from msgspec.structs import replace

from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.rules.acts import Act
from services.credit_ledger.rules.hold_acts import Extend
from shared.contracts.refusals import RefusalCode
from shared.messaging.topology import node_of
from tests.ledger.acts import (
    CREDIT,
    a_capture,
    a_debit,
    a_grant,
    a_void,
    an_authorize,
    an_extend,
    an_id,
)
from tests.ledger.desk import Desk, LedgerDatabase, an_organization
from tests.ledger.nodes import NODE, enrol, spoken, withdraw

NOT_ENROLLED = RefusalCode.NOT_ENROLLED
WALLET = "SELECT seq, free, held, captured FROM wallet WHERE owner = $1"


def code(outcome: Outcome) -> RefusalCode | None:
    return outcome.refusal.code if outcome.refusal else None


async def codes(desk: Desk, *acts: Act) -> list[RefusalCode | None]:
    return [code(outcome) for outcome in await desk.decide(*acts)]


async def books(desk: Desk, owner: UUID) -> tuple[int, ...]:
    return tuple(await desk.connection.fetchrow(WALLET, owner) or ())


async def test_A17_a_node_spends_for_the_organization_it_is_enrolled_in_and_no_other(
    desk: Desk,
) -> None:
    larkspur, fern = await an_organization(desk), await an_organization(desk)
    await enrol(desk, larkspur.id)
    before = await books(desk, fern.id)

    decided = await codes(
        desk,
        spoken(a_debit(larkspur.id, larkspur.ben)),
        spoken(an_authorize(larkspur.id, larkspur.ben)),
        spoken(a_debit(fern.id, fern.ben)),
        spoken(an_authorize(fern.id, fern.ben)),
        spoken(a_debit(larkspur.id, larkspur.ben), "rn-02"),
        a_debit(fern.id, fern.ben),
    )

    no = NOT_ENROLLED
    assert decided == [None, None, no, no, no, None]
    assert [new - old for new, old in zip(await books(desk, fern.id), before, strict=True)] == [
        1,
        -CREDIT,
        0,
        CREDIT,
    ]


async def test_A17_a_strangers_word_changes_nothing_and_is_remembered(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    before = await books(desk, larkspur.id)
    act = spoken(a_debit(larkspur.id, larkspur.ben))
    assert await codes(desk, act) == [NOT_ENROLLED]
    await enrol(desk, larkspur.id)

    [again] = await desk.decide(act)

    assert (again.duplicate, code(again)) == (True, NOT_ENROLLED)
    assert await books(desk, larkspur.id) == before
    assert (await database.reconciled()).differences == ()


async def test_A17_a_stranger_ends_nobodys_hold(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.ben, 5 * CREDIT)
    await desk.decide(hold)
    before = await books(desk, larkspur.id)

    decided = await codes(
        desk,
        spoken(a_capture(larkspur.id, hold.command)),
        spoken(a_void(larkspur.id, hold.command)),
        spoken(an_extend(larkspur.id, hold.command)),
        spoken(a_capture(larkspur.id, an_id())),
    )

    assert decided == [NOT_ENROLLED] * 4
    assert await books(desk, larkspur.id) == before


async def test_A17_T2_a_withdrawn_node_begins_nothing_and_finishes_what_runs(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    await enrol(desk, larkspur.id)
    captured, voided = (spoken(an_authorize(larkspur.id, larkspur.ben, 5 * CREDIT)) for _ in "12")
    await desk.decide(captured, voided)
    await withdraw(desk, larkspur.id)

    decided = await codes(
        desk,
        spoken(an_authorize(larkspur.id, larkspur.ben)),
        spoken(a_debit(larkspur.id, larkspur.ben)),
        spoken(an_extend(larkspur.id, captured.command, CREDIT)),
        spoken(an_extend(larkspur.id, captured.command)),
        spoken(a_capture(larkspur.id, captured.command, 3 * CREDIT)),
        spoken(a_void(larkspur.id, voided.command)),
    )

    no = NOT_ENROLLED
    assert decided == [no, no, no, None, None, None]
    assert (await books(desk, larkspur.id))[1:] == (497 * CREDIT, 0, 3 * CREDIT)


async def test_A17_a_withdrawn_node_has_no_part_in_what_others_began_since(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    await enrol(desk, larkspur.id)
    await withdraw(desk, larkspur.id)
    desk.advance(1)
    hold = an_authorize(larkspur.id, larkspur.ben, id=desk.clock.new_id())
    await desk.decide(hold)

    assert await codes(desk, spoken(a_capture(larkspur.id, hold.command))) == [NOT_ENROLLED]


async def test_A17_a_node_that_is_enrolled_again_works_again(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    for _ in range(2):
        await enrol(desk, larkspur.id)
        assert await codes(desk, spoken(a_debit(larkspur.id, larkspur.ben))) == [None]
        await withdraw(desk, larkspur.id)
        assert await codes(desk, spoken(a_debit(larkspur.id, larkspur.ben))) == [NOT_ENROLLED]


async def test_A17_a_wallet_of_ones_own_is_nobodys_but_the_farms(desk: Desk) -> None:
    gil = an_id()
    await desk.decide(a_grant(gil))
    await enrol(desk, gil)

    decided = await codes(desk, spoken(a_debit(gil, gil)), a_debit(gil, gil))

    assert decided == [NOT_ENROLLED, None]


async def test_A17_a_pool_is_known_by_whatever_name_it_is_called(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    await enrol(desk, larkspur.id)

    assert await codes(desk, spoken(a_debit(larkspur.ana, larkspur.ben))) == [None]


async def test_A17_what_overtook_its_hold_is_held_to_the_node_that_said_it(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    for node in (NODE, "rn-02", "rn-03"):
        await enrol(desk, larkspur.id, node)
    hold = an_authorize(larkspur.id, larkspur.ben, 5 * CREDIT)
    early = [
        said_by(f"node-{node}", an_extend(larkspur.id, hold.command, CREDIT))
        for node in ("rn-02", "rn-03")
    ]
    waiting = await desk.decide(*early)
    await withdraw(desk, larkspur.id, "rn-02")

    assert await codes(desk, spoken(hold)) == [None]

    assert [outcome.parked for outcome in waiting] == [True, True]
    told = {outcome.command: code(outcome) for outcome in desk.late}
    assert [told[act.command] for act in early] == [NOT_ENROLLED, None]


def said_by(user: str, act: Act) -> Act:
    """An extension as a broker user sends it: what waits is read again from its body."""
    assert isinstance(act, Extend)
    body = orjson.dumps({**orjson.loads(act.body), "actor": user}).decode()
    return replace(act, body=body, speaker=node_of(user))


async def test_enrolments_are_looked_up_once_a_batch_and_only_where_such_a_node_speaks(
    desk: Desk,
) -> None:
    larkspur, fern = await an_organization(desk), await an_organization(desk)
    asked: list[str] = []

    def note(record: asyncpg.connection.LoggedQuery) -> None:
        asked.extend([record.query] if "enrolment" in record.query else [])

    desk.connection.add_query_logger(note)
    await desk.decide(a_debit(larkspur.id, larkspur.ben), an_authorize(fern.id, fern.ben))
    without = len(asked)
    await desk.decide(
        spoken(a_debit(larkspur.id, larkspur.ben)),
        spoken(an_authorize(larkspur.id, larkspur.ben), "rn-02"),
        spoken(an_authorize(fern.id, fern.ben)),
        a_debit(larkspur.id, larkspur.ben),
    )

    assert (without, len(asked)) == (0, 1)

"""Another Administrator: the pool stays with the organization, and names mean other wallets."""

from datetime import UTC, datetime
from uuid import UUID

from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.rules.acts import Act
from services.credit_ledger.store.exporting import find_hold
from shared.contracts.refusals import RefusalCode
from tests.ledger.access_acts import a_role_at, a_succession
from tests.ledger.acts import (
    CREDIT,
    a_capture,
    a_debit,
    a_grant,
    a_pool,
    a_role,
    an_access,
    an_authorize,
    an_id,
)
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization, desk_at
from tests.ledger.seen import pool_of

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)


def code_of(outcome: Outcome) -> RefusalCode | None:
    return outcome.refusal.code if outcome.refusal else None


async def code(desk: Desk, act: Act) -> RefusalCode | None:
    [outcome] = await desk.decide(act)
    return code_of(outcome)


async def ben_succeeds(desk: Desk) -> Larkspur:
    larkspur = await an_organization(desk)
    assert await code(desk, a_succession(larkspur.id, larkspur.ana, larkspur.ben)) is None
    return larkspur


async def wallets_named(desk: Desk, *names: UUID) -> list[UUID]:
    """Whose wallet each name means: the organization's, or an account's own."""
    rows = await desk.connection.fetch(
        "SELECT name.owner, wallet.owner AS means FROM wallet_name AS name"
        " JOIN wallet ON wallet.id = name.wallet WHERE name.owner = ANY($1::uuid [])",
        names,
    )
    means = {row["owner"]: row["means"] for row in rows}
    return [means[name] for name in names]


async def test_T16_the_pool_stays_and_names_move(database: LedgerDatabase, desk: Desk) -> None:
    larkspur = await ben_succeeds(desk)

    assert await wallets_named(desk, larkspur.id, larkspur.ben, larkspur.ana) == [
        larkspur.id, larkspur.id, larkspur.ana,
    ]  # fmt: skip
    assert await pool_of(desk, larkspur.ben) == (500, 0, 500)
    assert await pool_of(desk, larkspur.ana) == (0, 0, 0)
    assert (await database.reconciled()).differences == ()


async def test_T16_a_hold_is_found_by_the_name_it_was_authorized_under(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.ana, larkspur.ana)
    assert await code(desk, hold) is None
    moved = []
    for _ in range(2):
        for name in (larkspur.ana, larkspur.id):
            found = await find_hold(desk.connection, name, hold.command)
            assert found is not None
            moved.append(found[1])
        await desk.decide(a_succession(larkspur.id, larkspur.ana, larkspur.ben))

    assert moved == [False, False, True, False]
    assert await find_hold(desk.connection, larkspur.dan, hold.command) is None


async def test_T16_R2_the_new_administrator_sets_access_and_the_former_has_none(
    desk: Desk,
) -> None:
    larkspur = await ben_succeeds(desk)

    def enable(by: UUID) -> Act:
        return an_access(larkspur.id, larkspur.ana, by=by)

    assert await code(desk, a_debit(larkspur.id, larkspur.ana)) == (
        RefusalCode.CREDIT_ACCESS_DISABLED
    )
    assert await code(desk, enable(larkspur.ana)) == RefusalCode.NOT_ADMINISTRATOR
    assert await code(desk, enable(larkspur.ben)) is None
    assert await code(desk, a_debit(larkspur.id, larkspur.ana)) is None


async def test_T16_what_each_buys_goes_where_his_name_leads(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await ben_succeeds(desk)
    await desk.decide(a_grant(larkspur.ben, 7 * CREDIT), a_grant(larkspur.ana, 9 * CREDIT))

    asleep = await desk.connection.fetchval(
        "SELECT dormant FROM wallet WHERE owner = $1", larkspur.ana
    )
    assert await pool_of(desk, larkspur.id) == (507, 0, 507)
    assert asleep == 9 * CREDIT
    assert (await database.reconciled()).differences == ()


async def test_T16_acts_of_one_batch_before_and_after_the_change_mean_different_wallets(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)

    outcomes = await desk.decide(
        a_debit(larkspur.ana, larkspur.ana, 20 * CREDIT),
        a_succession(larkspur.id, larkspur.ana, larkspur.ben, "GUEST"),
        a_debit(larkspur.ana, larkspur.ana, 20 * CREDIT),
        a_debit(larkspur.ben, larkspur.ben, 30 * CREDIT),
    )

    assert [code_of(outcome) for outcome in outcomes] == [
        None, None, RefusalCode.POOL_INSUFFICIENT, None,
    ]  # fmt: skip
    assert await pool_of(desk, larkspur.id) == (450, 0, 450)
    assert (await database.reconciled()).differences == ()


async def test_T16_a_desk_that_kept_the_old_names_finds_the_new_ones(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    async with desk_at(database) as other:
        await other.decide(a_debit(larkspur.ana, larkspur.ana), a_debit(larkspur.ben, larkspur.ben))
        await desk.decide(a_succession(larkspur.id, larkspur.ana, larkspur.ben, "GUEST"))

        former = await code(other, a_debit(larkspur.ana, larkspur.ana))
        chosen = await code(other, a_debit(larkspur.ben, larkspur.ben))

    assert (former, chosen) == (RefusalCode.POOL_INSUFFICIENT, None)
    assert await pool_of(desk, larkspur.id) == (498, 0, 498)


async def test_T16_old_names_are_let_go_when_their_book_is_loaded_for_another_reason(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    async with desk_at(database) as other:
        await other.decide(a_debit(larkspur.ana, larkspur.ana), a_debit(larkspur.ben, larkspur.ben))
        await desk.decide(a_succession(larkspur.id, larkspur.ana, larkspur.ben, "GUEST"))
        # These bring the moved books to hand under names that did not move.
        await other.decide(a_debit(larkspur.id, larkspur.dan))
        await other.decide(an_access(larkspur.id, larkspur.dan, "disabled", by=larkspur.ben))

        former = await code(other, a_debit(larkspur.ana, larkspur.ana))
        granted = await code(other, a_grant(larkspur.ben, 2 * CREDIT))

    assert (former, granted) == (RefusalCode.POOL_INSUFFICIENT, None)
    assert await pool_of(desk, larkspur.id) == (500, 0, 500)
    assert (await database.reconciled()).differences == ()


async def test_T16_access_is_set_with_the_own_wallet_that_the_former_has_now(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    async with desk_at(database) as other:
        await other.decide(a_debit(larkspur.ana, larkspur.ana))
        await desk.decide(a_succession(larkspur.id, larkspur.ana, larkspur.ben, "GUEST"))
        await desk.decide(a_grant(larkspur.ana, 5 * CREDIT))

        refused = await code(other, an_access(larkspur.id, larkspur.ana, by=larkspur.ben))

    assert refused == RefusalCode.GUEST_HAS_ACTIVE_PERSONAL_CREDITS


async def test_T16_administratorship_goes_round_and_everybody_finds_his_own_again(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    ana, ben, pool = larkspur.ana, larkspur.ben, larkspur.id
    await desk.decide(a_succession(pool, ana, ben, "GUEST"))
    await desk.decide(a_grant(ana, 5 * CREDIT))
    hold = an_authorize(ana, ana, 2 * CREDIT)
    await desk.decide(hold)
    await desk.decide(a_succession(pool, ben, ana, "GUEST"))

    assert await wallets_named(desk, pool, ana, ben) == [pool, pool, ben]
    await desk.decide(a_succession(pool, ana, ben, "GUEST"))
    assert await code(desk, a_capture(ana, hold.command, CREDIT)) is None
    assert await pool_of(desk, ana) == (4, 0, 4)
    assert await pool_of(desk, pool) == (500, 0, 500)
    assert (await database.reconciled()).differences == ()


async def test_T16_a_change_told_twice_is_made_once(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    act = a_succession(larkspur.id, larkspur.ana, larkspur.ben)

    outcomes = [*await desk.decide(act), *await desk.decide(act)]

    epochs = await desk.connection.fetch("SELECT DISTINCT epoch FROM wallet WHERE epoch > 2")
    assert [(code_of(o), o.duplicate) for o in outcomes] == [(None, False), (None, True)]
    assert len(epochs) == 1


async def test_T16_A11_a_pool_closed_for_a_guest_opens_as_another_administers_it(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    freelancer, mia, studio = an_id(), an_id(), an_id()
    await desk.decide(a_pool(freelancer, studio))
    await desk.decide(a_role(larkspur.id, freelancer, "GUEST"), a_role(studio, mia, "GUEST"))
    await desk.decide(an_access(larkspur.id, freelancer, by=larkspur.ana))
    await desk.decide(a_grant(freelancer, 40 * CREDIT))

    await desk.decide(a_succession(studio, freelancer, mia, "GUEST"))

    assert await code(desk, a_debit(studio, mia, 40 * CREDIT)) is None
    assert await code(desk, a_debit(freelancer, freelancer)) == RefusalCode.CREDIT_ACCESS_DISABLED
    assert await code(desk, a_debit(larkspur.id, freelancer)) is None
    assert (await database.reconciled()).differences == ()


async def test_T17_the_roles_of_a_time_are_kept_with_the_times_that_membership_told(
    desk: Desk,
) -> None:
    larkspur, mia = await an_organization(desk), an_id()
    eleven, one = NOON.replace(hour=11), NOON.replace(hour=13)
    await desk.decide(a_role_at(larkspur.id, mia, "MEMBER", eleven))
    await desk.decide(a_succession(larkspur.id, larkspur.ana, mia, "GUEST", at=NOON))
    await desk.decide(a_role_at(larkspur.id, larkspur.ana, "REMOVED", one))

    rows = await desk.connection.fetch(
        "SELECT person, role, since, until FROM role_interval WHERE person = ANY($1::uuid [])"
        " AND since > '2000-01-01Z' ORDER BY since, role",
        [larkspur.ana, mia],
    )

    assert [tuple(row) for row in rows] == [
        (mia, "MEMBER", eleven, NOON),
        (mia, "ADMINISTRATOR", NOON, None),
        (larkspur.ana, "GUEST", NOON, one),
    ]


async def test_roles_of_one_moment_leave_one_interval(desk: Desk) -> None:
    larkspur, mia = await an_organization(desk), an_id()
    for role in ("MEMBER", "GUEST", "REMOVED", "MEMBER"):
        await desk.decide(a_role_at(larkspur.id, mia, role, NOON))

    rows = await desk.connection.fetch(
        "SELECT role, since, until FROM role_interval WHERE person = $1", mia
    )

    assert [tuple(row) for row in rows] == [("MEMBER", NOON, None)]


async def test_R7_T16_a_former_administrator_does_not_open_the_pool_again(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await ben_succeeds(desk)

    stale = await code(desk, a_pool(larkspur.ana, larkspur.id))
    again = await code(desk, a_pool(larkspur.ben, larkspur.id))

    assert (stale, again) == (RefusalCode.ADMINISTRATOR_EXISTS, None)
    assert await pool_of(desk, larkspur.id) == (500, 0, 500)
    assert (await database.reconciled()).differences == ()

"""What the pool shows, who feeds it, and whom no quota binds (R13, R49, R50, T11, T15)."""

from uuid import UUID

from shared.contracts.credit_queries import ShowPool
from shared.contracts.credits import AuthorizeHold, CaptureHold, SetCreditAccess
from shared.contracts.message import Verdict
from shared.contracts.refusals import RefusalCode
from tests.builders import a_credit_line, a_purchase, an_id
from tests.doors.credit_ledger.farm import CREDIT, Farm
from tests.waiting import eventually


async def test_R50_the_pool_shows_posted_held_and_available(farm: Farm) -> None:
    await farm.asks(AuthorizeHold(amount=90 * CREDIT))

    shown = (await farm.asks(ShowPool())).result

    assert shown is not None
    assert (shown["posted"], shown["held"], shown["available"]) == ("500", "90", "410")


async def test_R13_T15_the_administrator_spends_without_a_quota_and_cannot_be_given_one(
    farm: Farm,
) -> None:
    spent = await farm.asks(AuthorizeHold(amount=500 * CREDIT), by=farm.ana)
    quota = await farm.asks(
        SetCreditAccess(account_id=farm.ana, mode="quota", limit=CREDIT), by=farm.ana
    )

    assert spent.accepted
    assert code(quota) == RefusalCode.QUOTA_NOT_APPLICABLE_TO_ADMINISTRATOR


async def test_R49_only_the_administrators_purchases_feed_the_pool(farm: Farm) -> None:
    stranger = an_id()
    await farm.store.says(a_purchase(account_id=stranger, lines=(a_credit_line(),)))
    await farm.store.says(a_purchase(account_id=farm.ana, lines=(a_credit_line(),)))

    await eventually(farm.available, lambda available: available == "1000")
    # Of two orders told in one breath either is settled first.
    own = await eventually(
        lambda: farm.portal.ask(ShowPool(), owner=stranger),
        lambda shown: (shown.result or {}).get("available") == "500",
    )

    assert (own.result or {})["kind"] == "ACCOUNT"


async def test_T11_a_quota_cut_under_an_open_hold_keeps_the_hold_and_refuses_the_next(
    farm: Farm,
) -> None:
    hold = farm.command(AuthorizeHold(amount=90 * CREDIT))
    await farm.sends(farm.message(hold))
    await set_quota(farm, farm.ben, 60)

    refused = await farm.asks(AuthorizeHold(amount=CREDIT))
    captured = await farm.asks(CaptureHold(hold_id=hold.id, amount=84 * CREDIT))
    await set_quota(farm, farm.ben, 150)
    raised = await farm.asks(AuthorizeHold(amount=66 * CREDIT))

    assert code(refused) == RefusalCode.QUOTA_EXCEEDED
    assert captured.accepted
    assert raised.accepted


async def set_quota(farm: Farm, person: UUID, credits: int) -> None:
    limit = credits * CREDIT
    verdict = await farm.asks(
        SetCreditAccess(account_id=person, mode="quota", limit=limit), by=farm.ana
    )
    assert verdict.accepted


def code(verdict: Verdict) -> RefusalCode | None:
    return verdict.refused.code if verdict.refused else None

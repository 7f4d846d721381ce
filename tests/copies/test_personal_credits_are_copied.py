"""Who has credits of his own: copied by membership, healed and rebuilt as every copy is (R39)."""

from typing import Any
from uuid import UUID

import pytest

from shared.contracts.copies import FetchCreditLedgerHeads, FetchPersonalCredits
from shared.messaging.ask import asker
from tests.builders import a_refund, an_id
from tests.copies.asking import fetched, is_rebuilt, rebuild
from tests.copies.business import Business
from tests.copies.losing import losing
from tests.copies.test_copies_are_for_services import by_name, pages
from tests.copies.test_copies_heal import LATE_MAX
from tests.copies.trio import Services
from tests.speaking import Portal, Store
from tests.waiting import eventually

pytestmark = pytest.mark.verify

MEMBERSHIP = "membership"
LEDGER = "credit_ledger"
WAY = (MEMBERSHIP, LEDGER)
OWN_WALLETS = "SELECT uid, fact_sequence FROM wallet WHERE kind = 'ACCOUNT' AND fact_sequence > 0"
KNOWN_BEFORE = "INSERT INTO personal_credits (account_id, active) VALUES ($1, TRUE)"
TOLD_OF = "INSERT INTO personal_credits (account_id, wallet, active) VALUES ($1, $2, TRUE)"


async def has_credits(services: Services, account_id: UUID) -> bool | None:
    """What membership knows of somebody's own credits."""
    active: bool | None = await services.pools[MEMBERSHIP].fetchval(
        "SELECT active FROM personal_credits WHERE account_id = $1", account_id
    )
    return active


async def knows(services: Services, account_id: UUID, *, active: bool) -> None:
    await eventually(
        lambda: has_credits(services, account_id),
        lambda seen: seen is active,
    )


async def test_R39_what_was_lost_of_personal_credits_is_fetched(
    services: Services, people: Portal, shop: Store, operator: Portal
) -> None:
    account_id = an_id()
    before = await fetched(operator)

    def is_his(event: dict[str, Any]) -> bool:
        return bool(event["data"]["owner"] == str(account_id))

    async with losing(services.stack, *WAY, is_his) as way:
        order_id = await Business(people, shop).buys_credits(account_id)
        await knows(services, account_id, active=True)
        gone = a_refund(500_000_000, account_id=account_id, order_id=order_id)
        await shop.says(gone)
        await knows(services, account_id, active=False)

    assert [event["type"].split(".")[-2] for event in way.lost] == ["activated", "exhausted"]
    after = await fetched(operator)
    assert len(way.lost) <= after[WAY] - before[WAY] <= len(way.lost) + LATE_MAX


async def test_R39_a_copy_that_heard_nothing_of_a_wallet_finds_it_when_it_starts(
    services: Services, people: Portal, shop: Store
) -> None:
    account_id = an_id()
    await Business(people, shop).buys_credits(account_id)
    await knows(services, account_id, active=True)
    for name in WAY:
        await services.processes[name].stop()
    await services.empty(*WAY, "DELETE FROM personal_credits")
    # A ledger that was started anew names nobody whose facts it published before.
    for name in WAY:
        await services.processes[name].start()

    await eventually(services.personal_credits, lambda pair: pair[0] == pair[1])


async def test_R39_A11_a_rebuild_puts_right_what_is_wrong_of_personal_credits(
    services: Services, people: Portal, shop: Store, operator: Portal
) -> None:
    business = Business(people, shop)
    rich, poor, strange, old = an_id(), an_id(), an_id(), an_id()
    order_id = await business.buys_credits(poor)
    await business.buys_credits(rich)
    await business.buys_credits(business.administrator)
    await knows(services, business.administrator, active=True)
    await shop.says(a_refund(500_000_000, account_id=poor, order_id=order_id))
    await business.opens()
    await eventually(lambda: kind_of_wallet(services, business.id), lambda kind: kind is not None)
    await knows(services, poor, active=False)
    await knows(services, rich, active=True)
    membership = services.pools[MEMBERSHIP]
    await membership.execute("UPDATE personal_credits SET active = NOT active")
    await membership.execute(TOLD_OF, strange, an_id())
    await membership.execute(KNOWN_BEFORE, old)

    await rebuild(operator, MEMBERSHIP)
    await is_rebuilt(operator, MEMBERSHIP)

    wrong = (rich, poor, strange, old, business.administrator)
    found = [await has_credits(services, account_id) for account_id in wrong]
    assert found == [True, False, None, None, None]
    await services.agree()


async def kind_of_wallet(services: Services, owner: UUID) -> str | None:
    kind: str | None = await services.pools[LEDGER].fetchval(
        "SELECT kind FROM wallet WHERE owner = $1 AND kind = 'ORGANIZATION'", owner
    )
    return kind


async def test_pages_lead_through_every_wallet_that_is_an_accounts_own(
    services: Services, people: Portal, shop: Store
) -> None:
    business = Business(people, shop)
    for _ in range(3):
        account_id = an_id()
        await business.buys_credits(account_id)
        await knows(services, account_id, active=True)
    async with asker(services.stack.amqp_urls["coffer_membership"]) as asks:

        async def heads() -> tuple[dict[str, int], dict[str, int]]:
            listed = await pages(Portal(asks), FetchCreditLedgerHeads(limit=2), "heads")
            return listed, by_name(await services.heads(LEDGER))

        async def wallets() -> tuple[dict[str, int], dict[str, int]]:
            listed = await pages(Portal(asks), FetchPersonalCredits(limit=2), "subjects")
            rows = await services.pools[LEDGER].fetch(OWN_WALLETS)
            return listed, by_name({row["uid"]: row["fact_sequence"] for row in rows})

        # What other tests paid may be booked between the pages.
        for listed in (heads, wallets):
            await eventually(listed, lambda pair: pair[0] == pair[1])

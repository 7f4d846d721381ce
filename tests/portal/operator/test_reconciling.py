"""A run goes on without its page and says what does not agree."""

import httpx

from services.portal.store import reconciliations
from services.portal.store.reconciliations import Reconciliation
from shared.contracts.credit_queries import ShowPool
from shared.contracts.money import parse_credits
from shared.postgres.pool import open_pool
from tests.builders import a_credit_line, a_purchase, an_id
from tests.portal.operator.test_messages import text_of
from tests.portal.site import Site, sends
from tests.portal.studio import Studio
from tests.waiting import eventually

HERE = "/operator/reconcile"


async def test_books_that_agree_are_balanced(desk: httpx.AsyncClient, studio: Studio) -> None:
    await studio.buys("100")
    await studio.joined_by("GUEST")

    begun = await sends(desk, HERE, {})
    ended = await eventually(lambda: text_of(desk, HERE), lambda text: "Balanced" in text)

    assert "Last run" in begun.text
    assert "1 row" in ended or "rows" in ended


async def test_a_wallet_of_somebodys_own_is_compared_as_pools_are(
    desk: httpx.AsyncClient, portal: Site, studio: Studio
) -> None:
    before = await run(desk, portal)
    lou = await studio.registered("Lou")
    line = a_credit_line(credits=parse_credits("50"))
    await studio.shop.says(a_purchase(account_id=lou, lines=(line,)))

    async def has_credits() -> bool:
        return (await studio.people.ask(ShowPool(), by=lou, owner=lou)).accepted

    await eventually(has_credits, bool)
    after = await run(desk, portal)

    assert after.is_balanced
    assert after.wallets == before.wallets + 1
    assert after.journal_rows > before.journal_rows


async def test_a_wallet_that_is_gone_when_it_is_looked_into_ends_no_run(
    desk: httpx.AsyncClient, portal: Site, studio: Studio
) -> None:
    lou = await studio.registered("Lou")
    line = a_credit_line(credits=parse_credits("50"))
    await studio.shop.says(a_purchase(account_id=lou, lines=(line,)))

    async def has_credits() -> bool:
        return (await studio.people.ask(ShowPool(), by=lou, owner=lou)).accepted

    await eventually(has_credits, bool)
    async with await open_pool(portal.stack.database_urls["credit_ledger"]) as ledger:
        renamed = "UPDATE wallet_name SET owner = $2 WHERE owner = $1"
        elsewhere = an_id()
        await ledger.execute(renamed, lou, elsewhere)
        after = await run(desk, portal)
        await ledger.execute(renamed, elsewhere, lou)

    assert after.trouble is None
    assert after.is_balanced


async def run(desk: httpx.AsyncClient, portal: Site) -> Reconciliation:
    """Have everything compared once; tells what came of it."""

    async def last() -> Reconciliation | None:
        async with portal.pool.acquire() as database:
            runs = await reconciliations.last(database, 1)
        return runs[0] if runs else None

    former = await last()
    await sends(desk, HERE, {})
    ended = await eventually(
        last, lambda seen: seen is not None and seen != former and seen.ended_at is not None
    )
    assert ended is not None
    return ended

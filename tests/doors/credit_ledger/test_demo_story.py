"""The demo story, steps 1 to 16, as far as credits go: every pool comes out to the credit.

Membership is played by its facts, so that the transfer of administratorship is told as well. Step 4
is about seats alone.
"""

from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from shared.contracts.credit_access import RequestCredits
from shared.contracts.credit_facts import DebtRaised, DebtRepaid
from shared.contracts.credit_notices import CreditsRequested, PersonalCreditsExhausted, PoolLow
from shared.contracts.credit_orders import GrantTrialCredits
from shared.contracts.credit_queries import ListCreditAccess, ShowPool
from shared.contracts.credit_reports import ListStatementPeople, ListStatements
from shared.contracts.credits import ExtendHold
from shared.contracts.membership import MemberRemoved
from shared.contracts.money import parse_credits
from shared.contracts.organizations import OrganizationLapsed
from shared.contracts.purchases import OrderChargedBack, OrderRefunded
from shared.contracts.refusals import RefusalCode
from shared.contracts.transfers import AdministratorChanged
from tests.doors.credit_ledger.story_acts import (
    a_hold,
    a_quota,
    activated,
    an_order,
    buys,
    captures,
    code_of,
    disabled,
    edits,
    free_by_lot,
    holds,
    joins,
    paid,
    places,
    taken_back,
    unlimited,
)
from tests.doors.credit_ledger.telling import Telling, telling_at
from tests.ledger.desk import LedgerDatabase

CAST = ("Ana", "Ben", "Chloe", "Dan", "Eva", "Fay")
IN_JUNE = datetime.fromisoformat("2026-06-15T00:00:00Z")
IN_JULY = datetime.fromisoformat("2026-07-01T09:00:00Z")
LEASE_SECONDS = 900
SEED = 5


async def test_I12_T16_T17_T20_T23_the_demo_story_comes_out_to_the_credit(
    database: LedgerDatabase,
) -> None:
    async with telling_at(database, *CAST) as story:
        await everybody_comes(story)
        await members_do_not_buy(story)
        await access_is_set(story)
        await quota_binds(story)
        await one_pool_at_a_time(story)
        await pool_binds_and_the_soonest_lot_goes_first(story)
        await refund_comes_first(story)
        await removed_mid_frame(story)
        await node_dies(story)
        await access_is_closed(story)
        await administrator_changes(story)
        await summer_comes(story)
        await bank_takes_back(story)
        await statements_add_up(story)
        before = await story.figures()

        random = Random(SEED)
        assert [await story.says_everything_again(random) for _ in range(2)] == [[], []]
        assert await story.figures() == before
        assert (await database.reconciled()).differences == ()


async def everybody_comes(story: Telling) -> None:
    """Steps 1 to 3: the pool appears with the organization; 500 are bought, told twice."""
    await activated(story, story.organization, "Ana")
    assert await story.pool() == "0/0/0"
    assert not (await story.window.verdict(ShowPool(), story.ids["Fay"])).accepted

    await paid(story, "O-4", "Dan", "40")
    await buys(story, "O-5", "Ana", "500", times=2)
    for name in ("Ben", "Chloe"):
        await joins(story, name, "MEMBER")
    for name in ("Dan", "Eva"):
        await joins(story, name, "GUEST")

    assert await code_of(story, "Ben", unlimited(story, "Ben")) == RefusalCode.NOT_ADMINISTRATOR
    assert await story.pool("Dan") == "40/0/40"
    assert await story.pool() == "500/0/500"


async def members_do_not_buy(story: Telling) -> None:
    """Step 5: neither in the store nor through a reseller."""
    ben, refused = story.ids["Ben"], RefusalCode.MEMBERS_MAY_NOT_PURCHASE
    assert await code_of(story, "Ben", an_order("O-6", "50"), ben) == refused
    resold = an_order("O-7", "50", channel="RESELLER")
    assert await code_of(story, "Ben", resold, ben) == refused


async def access_is_set(story: Telling) -> None:
    """Step 6: no pool for Dan while he has credits of his own, no limit for Ana."""
    assert await code_of(story, "Ana", unlimited(story, "Ben")) is None
    assert await code_of(story, "Ana", a_quota(story, "Chloe", "120")) is None
    refused = await code_of(story, "Ana", a_quota(story, "Dan", "100"))
    assert refused == RefusalCode.GUEST_HAS_ACTIVE_PERSONAL_CREDITS
    assert await code_of(story, "Ana", a_quota(story, "Eva", "300")) is None
    refused = await code_of(story, "Ana", a_quota(story, "Ana", "50"))
    assert refused == RefusalCode.QUOTA_NOT_APPLICABLE_TO_ADMINISTRATOR
    assert await story.pool() == "500/0/500"


async def quota_binds(story: Telling) -> None:
    """Step 7: J1, and J2 that goes past Chloe's quota."""
    first = await holds(story, "Chloe", "90")
    assert await story.pool() == "500/90/410"
    assert await code_of(story, "Chloe", a_hold("60")) == RefusalCode.QUOTA_EXCEEDED
    await captures(story, "Chloe", first, "50", final=False)
    await captures(story, "Chloe", first, "34")
    assert await story.pool() == "416/0/416"


async def one_pool_at_a_time(story: Telling) -> None:
    """Step 8: Dan's own credits first, then a quota, then no credits of his own."""
    dan = story.ids["Dan"]
    own = await holds(story, "Dan", "40", owner=dan)
    await captures(story, "Dan", own, "40", owner=dan)
    assert await story.pool("Dan") == "0/0/0"
    assert await story.lines(PersonalCreditsExhausted, dan) == [{"account_id": str(dan)}]
    assert await code_of(story, "Dan", a_hold("1")) == RefusalCode.CREDIT_ACCESS_DISABLED

    assert await code_of(story, "Ana", a_quota(story, "Dan", "100")) is None
    assigned = RefusalCode.ORGANIZATIONAL_CREDITS_ASSIGNED
    assert await code_of(story, "Dan", an_order("O-8", "50"), dan) == assigned
    trial = GrantTrialCredits(offer="ten", credits=parse_credits("10"), expires_at=IN_JUNE)
    assert await code_of(story, "Dan", trial, dan) == assigned
    assert await story.pool() == "416/0/416"


async def pool_binds_and_the_soonest_lot_goes_first(story: Telling) -> None:
    """Steps 9 to 11: J3 and J4, Chloe's quota falls, Eva asks for more, June's lot goes first."""
    third = await holds(story, "Ben", "380")
    assert await code_of(story, "Eva", a_hold("200")) == RefusalCode.POOL_INSUFFICIENT
    fourth = await holds(story, "Eva", "30")
    assert await story.pool() == "416/410/6"
    assert [line["threshold"] for line in await story.lines(PoolLow)] == [20, 5]

    await edits(story, "Chloe", "60")
    assert await code_of(story, "Chloe", a_hold("1")) == RefusalCode.QUOTA_EXCEEDED
    wish = RequestCredits(mode="quota", limit=parse_credits("400"), reason="Twice the frames")
    assert await code_of(story, "Eva", wish) is None
    [line] = await story.lines(CreditsRequested)
    assert (line["account_id"], line["limit"]) == (str(story.ids["Eva"]), "400")

    await buys(story, "O-10", "Ana", "200", ends=IN_JUNE)
    assert await story.pool() == "616/410/206"
    more = ExtendHold(hold_id=third, amount=parse_credits("40"))
    assert await code_of(story, "Ben", more) is None
    assert await free_by_lot(story) == ["160", "6"]
    await captures(story, "Ben", third, "410")
    assert await free_by_lot(story) == ["160", "16"]
    assert await story.pool() == "206/30/176"
    story.running["J4"] = fourth


async def refund_comes_first(story: Telling) -> None:
    """Step 11: an order that is refunded before it is paid comes to nothing."""
    await places(story, "O-11", "Ana", "50")
    await taken_back(story, OrderRefunded, "O-11", "50")
    await paid(story, "O-11", "Ana", "50")
    assert await story.pool() == "206/30/176"


async def removed_mid_frame(story: Telling) -> None:
    """Step 12: Chloe is removed while J6 renders; what she buys then is her own."""
    await edits(story, "Chloe", "150")
    sixth = await holds(story, "Chloe", "50")
    chloe, now = story.ids["Chloe"], story.clock.now()
    removed = MemberRemoved(organization_id=story.organization, account_id=chloe, removed_at=now)
    await story.membership_says(removed)
    assert await code_of(story, "Chloe", a_hold("1")) == RefusalCode.CREDIT_ACCESS_DISABLED
    await captures(story, "Chloe", sixth, "38")
    await captures(story, "Eva", story.running["J4"], "30")
    assert await story.pool() == "138/0/138"

    await buys(story, "O-12", "Chloe", "25")
    assert await story.pool("Chloe") == "25/0/25"
    assert await story.pool() == "138/0/138"


async def node_dies(story: Telling) -> None:
    """Step 13: J7's node says that 5 are used, and nothing more."""
    seventh = await holds(story, "Eva", "20", lease_seconds=LEASE_SECONDS)
    sign = ExtendHold(hold_id=seventh, lease_seconds=LEASE_SECONDS, metered=parse_credits("5"))
    assert await code_of(story, "Eva", sign) is None
    assert await story.pool() == "138/20/118"
    await story.passes(story.clock.now() + timedelta(seconds=LEASE_SECONDS + 1))
    assert await story.pool() == "133/0/133"


async def access_is_closed(story: Telling) -> None:
    """Step 13: closed to Ben and Eva, and opened again."""
    for name in ("Ben", "Eva"):
        assert await code_of(story, "Ana", disabled(story, name)) is None
        assert await code_of(story, name, a_hold("1")) == RefusalCode.CREDIT_ACCESS_DISABLED
    assert await code_of(story, "Ana", unlimited(story, "Ben")) is None
    assert await code_of(story, "Ana", a_quota(story, "Eva", "300")) is None
    assert await story.pool() == "133/0/133"


async def administrator_changes(story: Telling) -> None:
    """Step 14: what Ana ordered before Ben succeeded her is paid after, and feeds the pool."""
    await places(story, "O-13", "Ana", "100")
    assert await administrators(story) == [str(story.ids["Ana"])]
    changed = AdministratorChanged(
        organization_id=story.organization,
        from_account_id=story.ids["Ana"],
        to_account_id=story.ids["Ben"],
        from_role="MEMBER",
        changed_at=story.clock.now(),
    )
    await story.membership_says(changed)
    story.administrator = "Ben"
    assert await administrators(story) == [str(story.ids["Ben"])]

    refused = RefusalCode.MEMBERS_MAY_NOT_PURCHASE
    assert await code_of(story, "Ana", an_order("O-14", "50")) == refused
    assert await code_of(story, "Ana", an_order("O-14", "50"), story.ids["Ana"]) == refused
    await paid(story, "O-13", "Ana", "100")
    assert await story.pool() == "233/0/233"


async def summer_comes(story: Telling) -> None:
    """Step 15: June's lot runs out; the organization lapses and wakes with all its people."""
    people = await story.window.pages(ListCreditAccess(), story.organization, "people")
    await story.passes(IN_JULY)
    ben = story.ids["Ben"]
    lapsed = OrganizationLapsed(
        organization_id=story.organization, administrator_id=ben, lapsed_at=IN_JULY
    )
    await story.membership_says(lapsed)
    await activated(story, story.organization, "Ben")
    assert await story.pool() == "116/0/116"
    assert await story.window.pages(ListCreditAccess(), story.organization, "people") == people


async def bank_takes_back(story: Telling) -> None:
    """Step 15: 16 of the first lot, 100 of the third, 34 as a debt that the next top-up repays."""
    await taken_back(story, OrderChargedBack, "O-5", "150")
    assert await story.pool() == "0/0/0"
    assert (await story.figures())["debt"] == "34"
    assert [line["debt"] for line in await story.lines(DebtRaised)] == ["34"]
    assert await code_of(story, "Eva", a_hold("1")) == RefusalCode.ORGANIZATION_IN_DEBT

    await buys(story, "O-15", "Ben", "100")
    assert [line["amount"] for line in await story.lines(DebtRepaid)] == ["34"]
    assert await story.pool() == "66/0/66"


async def statements_add_up(story: Telling) -> None:
    """Step 16: 900 = 567 + 117 + 150 + 66, beside 50 that were refunded before they were paid."""
    shown = await story.figures()
    story_of = ("granted", "captured", "expired", "clawed_back", "available", "debt")
    assert [shown[name] for name in story_of] == ["950", "567", "117", "200", "66", "0"]

    months = await story.window.pages(ListStatements(), story.organization, "statements")
    assert all(after["opening"] == before["closing"] for before, after in pairwise(months))
    summed = [
        sum(parse_credits(month["totals"][name]) for month in months) for name in story_of[:4]
    ]
    assert summed == [parse_credits(shown[name]) for name in story_of[:4]]

    february = ListStatementPeople(period="2026-02")
    people = await story.window.pages(february, story.organization, "people")
    used = {person["account_id"]: person["used"] for person in people if person["used"] != "0"}
    named = {name: used.get(str(story.ids[name])) for name in ("Ben", "Chloe", "Eva")}
    assert named == {"Ben": "410", "Chloe": "122", "Eva": "35"}
    assert len(used) == len(named)


async def administrators(story: Telling) -> list[str]:
    people = await story.window.pages(ListCreditAccess(), story.organization, "people")
    return [one["account_id"] for one in people if one["role"] == "ADMINISTRATOR"]

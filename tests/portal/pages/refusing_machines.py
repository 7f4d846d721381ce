"""How refusals come about that machines get for people, on whose pages they are told."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from shared.contracts.accounts import ShowAccount
from shared.contracts.credit_access import EditQuota
from shared.contracts.credit_orders import OrderedCredits, PlaceCreditOrder
from shared.contracts.credit_reports import ShowStatement
from shared.contracts.credits import (
    AccessMode,
    AuthorizeHold,
    CaptureHold,
    SetCreditAccess,
    VoidHold,
)
from shared.contracts.membership import ListMembers
from shared.contracts.message import CommandData
from shared.contracts.organizations import RequestSetup
from shared.contracts.refusals import RefusalCode
from tests.builders import LUMEN, an_account, an_id
from tests.portal.studio import Studio

CREDIT = 1_000_000
# What is asked, and for whom; about another place than the studio where one is named.
Asked = tuple[CommandData, UUID] | tuple[CommandData, UUID, UUID]
ByAsking = Callable[[Studio], Awaitable[Asked]]
BY_ASKING: dict[RefusalCode, ByAsking] = {}


def by_asking(code: RefusalCode) -> Callable[[ByAsking], ByAsking]:
    def kept(act: ByAsking) -> ByAsking:
        BY_ASKING[code] = act
        return act

    return kept


@by_asking(RefusalCode.CREDIT_ACCESS_DISABLED)
async def _without_access(studio: Studio) -> tuple[CommandData, UUID]:
    await studio.buys("500")
    return AuthorizeHold(amount=10 * CREDIT), await studio.joined_by("MEMBER")


@by_asking(RefusalCode.QUOTA_EXCEEDED)
async def _beyond_the_quota(studio: Studio) -> tuple[CommandData, UUID]:
    await studio.buys("500")
    return AuthorizeHold(amount=90 * CREDIT), await _with_access(studio, limit=60 * CREDIT)


@by_asking(RefusalCode.POOL_INSUFFICIENT)
async def _beyond_the_pool(studio: Studio) -> tuple[CommandData, UUID]:
    await studio.buys("500")
    return AuthorizeHold(amount=700 * CREDIT), await _with_access(studio)


@by_asking(RefusalCode.JOB_CAP_EXCEEDED)
async def _beyond_the_cap(studio: Studio) -> tuple[CommandData, UUID]:
    await studio.buys("500")
    wish = AuthorizeHold(amount=90 * CREDIT, job="J4", max_credits=60 * CREDIT)
    return wish, await _with_access(studio)


@by_asking(RefusalCode.NO_ENTITLEMENT)
async def _without_a_seat(studio: Studio) -> tuple[CommandData, UUID]:
    await studio.buys("500")
    return AuthorizeHold(amount=10 * CREDIT, product=LUMEN), await _with_access(studio)


@by_asking(RefusalCode.UNKNOWN_PERIOD)
async def _a_statement_of_another_century(studio: Studio) -> tuple[CommandData, UUID]:
    await studio.buys("500")
    return ShowStatement(period="2199-01"), studio.ana


@by_asking(RefusalCode.HOLD_NOT_OPEN)
async def _a_hold_that_has_ended(studio: Studio) -> tuple[CommandData, UUID]:
    hold = await _held(studio)
    assert (await studio.does(VoidHold(hold_id=hold))).accepted
    return VoidHold(hold_id=hold), studio.ana


@by_asking(RefusalCode.HOLD_EXCEEDED)
async def _more_than_was_held(studio: Studio) -> tuple[CommandData, UUID]:
    return CaptureHold(hold_id=await _held(studio), amount=90 * CREDIT), studio.ana


@by_asking(RefusalCode.NO_QUOTA)
async def _a_quota_of_who_has_none(studio: Studio) -> tuple[CommandData, UUID]:
    return EditQuota(account_id=await _with_access(studio), limit=CREDIT), studio.ana


@by_asking(RefusalCode.MEMBERS_MAY_NOT_PURCHASE)
async def _a_member_buys(studio: Studio) -> tuple[CommandData, UUID]:
    return _an_order(), await studio.joined_by("MEMBER")


@by_asking(RefusalCode.NOT_AN_ORGANIZATION)
async def _an_account_is_taken_for_an_organization(studio: Studio) -> Asked:
    mona = await studio.registered("Mona")
    return ListMembers(), mona, mona


@by_asking(RefusalCode.ORGANIZATION_NOT_CONFIRMED)
async def _an_organization_waits_for_the_vendor(studio: Studio) -> Asked:
    mona = await studio.registered("Mona")
    shown = (await studio.people.ask(ShowAccount(account_id=mona), by=mona)).result or {}
    wish = RequestSetup(account_id=mona, customer_number=str(shown["customer_number"]))
    asked = await studio.people.ask(wish, by=mona)
    return ListMembers(), mona, UUID(str((asked.result or {})["organization_id"]))


@by_asking(RefusalCode.EMAIL_TAKEN)
async def _somebody_signs_up_with_an_address_of_another(studio: Studio) -> Asked:
    stranger = an_account(email=f"{studio.ana.hex}@larkspur.example")
    return stranger, stranger.account_id


async def _with_access(studio: Studio, *, limit: int | None = None) -> UUID:
    chloe = await studio.joined_by("MEMBER")
    mode: AccessMode = "unlimited" if limit is None else "quota"
    data = SetCreditAccess(account_id=chloe, mode=mode, limit=limit)
    assert (await studio.does(data)).accepted
    return chloe


async def _held(studio: Studio) -> UUID:
    await studio.buys("500")
    chloe = await _with_access(studio)
    command = studio.people.command(AuthorizeHold(amount=50 * CREDIT), by=chloe, owner=studio.id)
    assert (await studio.people.sends(command)).accepted
    return command.id


def _an_order() -> PlaceCreditOrder:
    line = OrderedCredits(line_no=1, credits=CREDIT)
    return PlaceCreditOrder(store="online", order_id=an_id().hex, channel="STORE", lines=(line,))

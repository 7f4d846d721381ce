"""What happens in the demo story, in a word each: orders, holds, quotas, people who come and go."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts.credit_access import EditQuota
from shared.contracts.credit_orders import OrderedCredits, PlaceCreditOrder
from shared.contracts.credits import AuthorizeHold, CaptureHold, SetCreditAccess
from shared.contracts.membership import MemberAdded
from shared.contracts.message import CommandData
from shared.contracts.money import parse_credits
from shared.contracts.organizations import OrganizationActivated
from shared.contracts.purchases import (
    CreditLine,
    OrderChargedBack,
    OrderPaid,
    OrderRefunded,
    ReturnedLine,
)
from shared.contracts.refusals import RefusalCode
from tests.doors.credit_ledger.telling import Telling

IN_JANUARY = datetime.fromisoformat("2027-01-31T00:00:00Z")


async def code_of(
    story: Telling, who: str, data: CommandData, owner: UUID | None = None
) -> RefusalCode | None:
    """Let somebody ask; gives the code of the refusal, nothing when he may."""
    refused = (await story.asks(who, data, owner)).refused
    return refused.code if refused else None


async def activated(story: Telling, organization: UUID, administrator: str) -> None:
    now = story.clock.now()
    said = OrganizationActivated(
        organization_id=organization, administrator_id=story.ids[administrator], activated_at=now
    )
    await story.membership_says(said, organization)


async def joins(story: Telling, who: str, role: Literal["MEMBER", "GUEST"]) -> None:
    account, now = story.ids[who], story.clock.now()
    added = MemberAdded(
        organization_id=story.organization, account_id=account, role=role, added_at=now
    )
    await story.membership_says(added)


async def places(
    story: Telling, order: str, who: str, amount: str, ends: datetime = IN_JANUARY
) -> None:
    """Whoever administers the organization orders for it, everybody else for himself."""
    administrator = story.administrator == who
    owner = story.organization if administrator else story.ids[who]
    assert await code_of(story, who, an_order(order, amount, ends=ends), owner) is None


async def paid(
    story: Telling, order: str, who: str, amount: str, ends: datetime = IN_JANUARY, times: int = 1
) -> None:
    now = story.clock.now()
    line = CreditLine(kind="credits", line_no=1, credits=parse_credits(amount), expires_at=ends)
    account = story.ids[who]
    said = OrderPaid(
        store="online",
        order_id=order,
        account_id=account,
        placed_at=now,
        paid_at=now,
        lines=(line,),
    )
    for _ in range(times):
        await story.store_says(said)


async def buys(
    story: Telling, order: str, who: str, amount: str, ends: datetime = IN_JANUARY, times: int = 1
) -> None:
    await places(story, order, who, amount, ends)
    await paid(story, order, who, amount, ends, times)


async def taken_back(
    story: Telling, kind: type[OrderRefunded | OrderChargedBack], order: str, amount: str
) -> None:
    """The store or a bank takes back what Ana paid."""
    said = kind(
        store="online",
        order_id=order,
        refund_id="once",
        account_id=story.ids["Ana"],
        at=story.clock.now(),
        lines=(ReturnedLine(line_no=1, credits=parse_credits(amount)),),
    )
    await story.store_says(said)


async def holds(
    story: Telling,
    who: str,
    amount: str,
    *,
    owner: UUID | None = None,
    lease_seconds: int = 86_400,
) -> UUID:
    verdict = await story.asks(who, a_hold(amount, lease_seconds), owner)
    assert verdict.accepted, verdict
    return verdict.id


async def captures(
    story: Telling,
    who: str,
    hold: UUID,
    amount: str,
    *,
    final: bool = True,
    owner: UUID | None = None,
) -> None:
    capture = CaptureHold(hold_id=hold, amount=parse_credits(amount), final=final)
    assert await code_of(story, who, capture, owner) is None


async def edits(story: Telling, who: str, limit: str) -> None:
    """Ana gives a quota another limit."""
    data = EditQuota(account_id=story.ids[who], limit=parse_credits(limit))
    assert await code_of(story, "Ana", data) is None


async def free_by_lot(story: Telling) -> list[str]:
    """What each open lot has free, in the order of their use."""
    return [lot["free"] for lot in (await story.figures())["lots"]]


def a_hold(amount: str, lease_seconds: int = 86_400) -> AuthorizeHold:
    return AuthorizeHold(amount=parse_credits(amount), lease_seconds=lease_seconds)


def a_quota(story: Telling, who: str, limit: str) -> SetCreditAccess:
    return SetCreditAccess(account_id=story.ids[who], mode="quota", limit=parse_credits(limit))


def unlimited(story: Telling, who: str) -> SetCreditAccess:
    return SetCreditAccess(account_id=story.ids[who], mode="unlimited")


def disabled(story: Telling, who: str) -> SetCreditAccess:
    return SetCreditAccess(account_id=story.ids[who], mode="disabled")


def an_order(
    order: str,
    amount: str,
    *,
    ends: datetime = IN_JANUARY,
    channel: Literal["STORE", "RESELLER"] = "STORE",
) -> PlaceCreditOrder:
    line = OrderedCredits(line_no=1, credits=parse_credits(amount), expires_at=ends)
    return PlaceCreditOrder(store="online", order_id=order, channel=channel, lines=(line,))

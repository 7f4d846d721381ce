"""What an accepted offer and an operator's appointment have in common: the swap of roles (T16)."""

from typing import Literal

from services.membership.rules import transfers as rules
from services.membership.rules.transfers import Transfer
from services.membership.store import organizations, personal_credits, standings, transfers
from shared.contracts.audit import MembershipActRecorded, Values
from shared.contracts.transfers import AdministratorChanged, InvoicesTo, TransferEnded
from shared.messaging import audit
from shared.messaging.audit import NOTHING
from shared.messaging.inbox import Change


async def hand_over(
    change: Change,
    changed: AdministratorChanged,
    *,
    invoices_to: InvoicesTo,
    former_stays: bool = True,
    written_down: Values = NOTHING,
) -> None:
    """Swap both roles in one commit (R7), under the locks of both accounts and the organization.

    What the former owns himself makes an organization of his own, if it is due (R3). This one lives
    on by its own licenses, or those of its Administrator from now on (T9). A former who does not
    stay is let go by who asks for this.
    """
    former = changed.from_account_id
    await transfers.save_promotion(change.connection, changed)
    await transfers.save_administrator(
        change.connection, changed, invoices_to=former if invoices_to == "former" else None
    )
    if former_stays:
        await transfers.save_demotion(change.connection, changed)
    await personal_credits.forget_personal_credits(change.connection, former)
    await change.say(changed, subject=changed.organization_id)
    await standings.activate_if_due(change, former)
    await standings.activate_if_due(change, changed.to_account_id)
    organization = await organizations.find_organization(change.connection, changed.organization_id)
    assert organization is not None
    await standings.lapse_if_due(change, organization)
    await _record(change, changed, written_down)


async def withdraw(
    change: Change, offer: Transfer, state: Literal["DECLINED", "CANCELLED", "EXPIRED"]
) -> TransferEnded:
    """End an open offer without a change, under its organization's lock, by whatever command."""
    ended = rules.end(offer, state, now=change.now)
    await transfers.end_transfer(change.connection, ended)
    await change.say(ended, subject=ended.organization_id)
    await audit.record(
        change,
        MembershipActRecorded,
        subject=offer.organization_id,
        about=offer.to_account_id,
        before={"offer": offer.state},
        after={"offer": state},
    )
    return ended


async def _record(change: Change, changed: AdministratorChanged, besides: Values) -> None:
    await audit.record(
        change,
        MembershipActRecorded,
        subject=changed.organization_id,
        about=changed.to_account_id,
        before={"administrator": str(changed.from_account_id)},
        after={
            "administrator": str(changed.to_account_id),
            "former_role": changed.from_role,
            **besides,
        },
    )

"""Whom an operator appoints for an Administrator who is lost, also from outside (R7, T16)."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.membership.rules.people import add_member
from services.membership.rules.standing import Membership
from services.membership.rules.transfers import Succession, ineligible, swap
from shared.contracts.membership import MemberAdded
from shared.contracts.message import Refused
from shared.contracts.people import JoinedRole
from shared.contracts.transfers import AdministratorChanged


@dataclass(frozen=True)
class Appointment:
    """The change of Administrators, and the addition before it of one who came from outside.

    The former leaves with it when he is in another organization, for nobody is in two (A2).
    """

    added: MemberAdded | None
    changed: AdministratorChanged
    former_leaves: bool = False


def appoint(
    succession: Succession, *, left_at: datetime | None, now: datetime
) -> Appointment | Refused:
    """Appoint whoever could take an offer, or could be added first and take it then.

    So an organization whose only person is lost is not lost with him. Whoever is in another
    organization leaves that first, a Guest as well: what he may spend there is not ours to know,
    and he would have two pools (R36, A2). `left_at` is when he was last in one. The former is lost
    and can leave nothing first: where he is besides never keeps the organization from another.
    """
    successor = succession.successor
    joined = successor.joined
    is_administrator = successor.account_id == succession.organization.administrator_id
    if is_administrator or (
        joined is not None and joined.organization_id == succession.organization.id
    ):
        return _appointed(succession, None, now=now)
    added = add_member(
        succession.organization,
        successor,
        role=_first_role(succession, now=now),
        now=now,
        left_at=left_at,
    )
    if isinstance(added, Refused):
        return added
    return _appointed(_once_in(succession, added), added, now=now)


def _appointed(
    succession: Succession, added: MemberAdded | None, *, now: datetime
) -> Appointment | Refused:
    refused = ineligible(succession)
    if refused is not None:
        return refused
    leaves = succession.former.joined is not None
    return Appointment(added, swap(succession, now=now), former_leaves=leaves)


def _first_role(succession: Succession, *, now: datetime) -> JoinedRole:
    """A Member has no purchases of his own (A3), nor credits that an appointment would overlook."""
    owns = succession.successor.owns_personally(now=now)
    return "GUEST" if owns or succession.has_credits_of_his_own else "MEMBER"


def _once_in(succession: Succession, added: MemberAdded) -> Succession:
    joined = Membership(
        added.organization_id, added.account_id, role=added.role, added_at=added.added_at
    )
    return replace(succession, successor=replace(succession.successor, joined=joined))

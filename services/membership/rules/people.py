"""Who joins an organization, changes his role or leaves it (R6, R7, R14-R16, A2, A3, T30, T32)."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.membership.rules import removals
from services.membership.rules.standing import Membership, Organization, Standing
from shared.contracts.membership import AddedReason, MemberAdded
from shared.contracts.message import Refused, refuse
from shared.contracts.people import JoinedRole
from shared.contracts.refusals import RefusalCode

ADMINISTRATOR = "ADMINISTRATOR"


def add_member(
    organization: Organization,
    target: Standing,
    *,
    role: str,
    now: datetime,
    invited: bool = False,
    left_at: datetime | None = None,
) -> MemberAdded | Refused:
    """Add an account as Member or Guest (R15); what a Guest owns never stands in his way (R40).

    One who is `invited` has no account yet and is in all the same (T32). Whoever `left_at` some
    moment joins again no earlier than that.
    """
    given = _role_given(role)
    if isinstance(given, Refused):
        return given
    if target.account is None and not invited:
        return refuse(RefusalCode.UNKNOWN_ACCOUNT)
    if target.account_id == organization.administrator_id:
        return refuse(RefusalCode.ALREADY_IN_ORGANIZATION)
    if target.joined is not None and target.joined.organization_id == organization.id:
        return refuse(RefusalCode.ALREADY_IN_ORGANIZATION)
    if target.joined is not None:
        return refuse(RefusalCode.ALREADY_IN_ANOTHER_ORGANIZATION)
    return _join(organization, target, given, at=max(now, left_at or now), reason="added")


def remove_member(
    organization: Organization, target: Standing, *, strict: bool, products: tuple[str, ...]
) -> Membership | Refused:
    """Let a Member or Guest be removed (R16); never the Administrator, for one there must be (R7).

    A `strict` Administrator wants to hear of seats first, and revokes them himself (T1).
    """
    if target.account_id == organization.administrator_id:
        return refuse(RefusalCode.CANNOT_REMOVE_ADMINISTRATOR)
    if target.joined is None or target.joined.organization_id != organization.id:
        return refuse(RefusalCode.NOT_IN_ORGANIZATION)
    if strict and products:
        return refuse(RefusalCode.STILL_HAS_LICENSES)
    return target.joined


def leave(target: Standing, left: UUID | None) -> Membership | Refused:
    """Anybody but the Administrator may go by himself (T5); he hands it over first (R7)."""
    if left is not None and target.owns is not None and target.owns.id == left:
        return refuse(RefusalCode.CANNOT_REMOVE_ADMINISTRATOR)
    if target.joined is None or target.joined.organization_id != left:
        return refuse(RefusalCode.NOT_IN_ORGANIZATION)
    return target.joined


def change_role(
    organization: Organization, target: Standing, *, role: str, now: datetime
) -> MemberAdded | Refused:
    """Make a Member a Guest or the other way round (T30): out and in again, under all checks."""
    given = _role_given(role)
    if isinstance(given, Refused):
        return given
    joined = remove_member(organization, target, strict=False, products=())
    if isinstance(joined, Refused):
        return joined
    if joined.role == given:
        return refuse(RefusalCode.ALREADY_IN_ORGANIZATION)
    left_at = removals.ends_at(joined, now=now)
    outside = replace(target, joined=None)
    return _join(organization, outside, given, at=left_at, reason="role_changed")


def _role_given(role: str) -> JoinedRole | Refused:
    """There are three roles (R6), and only two are given (R7, R26, R34)."""
    if role == ADMINISTRATOR:
        return refuse(RefusalCode.ADMINISTRATOR_EXISTS)
    if role == "MEMBER":
        return "MEMBER"
    if role == "GUEST":
        return "GUEST"
    return refuse(RefusalCode.UNKNOWN_ROLE)


def _join(
    organization: Organization,
    target: Standing,
    role: JoinedRole,
    *,
    at: datetime,
    reason: AddedReason,
) -> MemberAdded | Refused:
    """A Member has no purchases of his own, nor an organization of his own that has some (A3)."""
    if role == "MEMBER" and target.holds("COMMERCIAL", "EDU", now=at):
        return refuse(RefusalCode.MEMBER_HAS_PERSONAL_ENTITLEMENTS)
    return MemberAdded(
        organization_id=organization.id,
        account_id=target.account_id,
        role=role,
        added_at=at,
        invited=target.account is None or not target.account.is_registered,
        reason=reason,
    )

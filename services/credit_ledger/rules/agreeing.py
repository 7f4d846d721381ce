"""Roles that differ from what membership says, and what puts them right (R7, R15, R16, T16).

Nothing follows from a role that agrees: to join once more would begin another count, without
access. Whoever is put right begins so, as whoever comes.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

from services.credit_ledger.rules.access_acts import ChangeAdministrator
from services.credit_ledger.rules.acts import Act, OpenPool, SetRole
from services.credit_ledger.rules.book import PersonRole
from services.credit_ledger.rules.records import ClosedRole
from shared.contracts.snapshots import KnownOrganization

PRESENT = frozenset({"MEMBER", "GUEST"})


def righting(
    organization: UUID,
    known: KnownOrganization,
    ours: Mapping[UUID, PersonRole],
    *,
    ids: Iterator[UUID],
    now: datetime,
) -> tuple[Act, ...]:
    """List what makes our roles those that are known: who administers first, then who is in."""
    roles = dict(ours)
    acts: list[Act] = []
    chosen = known.administrator_id
    if roles.get(chosen) != "ADMINISTRATOR":
        act = _administrator(organization, known, roles, next(ids))
        acts.append(act)
        if isinstance(act, ChangeAdministrator):
            roles[act.former] = act.role
        roles[chosen] = "ADMINISTRATOR"
    acts += [
        SetRole(next(ids), organization, 1, one.account_id, one.role, one.added_at)
        for one in known.members
        if roles.get(one.account_id) != one.role
    ]
    known_in = {one.account_id for one in known.members}
    acts += [
        SetRole(next(ids), organization, 1, person, "REMOVED", _left_at(known, person) or now)
        for person, role in sorted(roles.items())
        if role in PRESENT and person not in known_in
    ]
    return tuple(acts)


def _administrator(
    organization: UUID, known: KnownOrganization, roles: Mapping[UUID, PersonRole], command: UUID
) -> Act:
    """Hand over from whom we take for the Administrator; his own pool opens to one we have none."""
    chosen = known.administrator_id
    began_at = known.administrators[-1].began_at if known.administrators else known.activated_at
    former = next((person for person, role in roles.items() if role == "ADMINISTRATOR"), None)
    if former is None:
        return OpenPool(command, chosen, 1, organization, chosen, began_at)
    role: ClosedRole = next(
        (one.role for one in known.members if one.account_id == former), "GUEST"
    )
    return ChangeAdministrator(command, organization, 1, former, chosen, role, began_at)


def _left_at(known: KnownOrganization, person: UUID) -> datetime | None:
    return max((one.removed_at for one in known.former if one.account_id == person), default=None)

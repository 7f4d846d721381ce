"""Who somebody is and was: his roles with their times, and the organization he made (A13, A14)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.people import Role


@dataclass(frozen=True)
class RoleHeld:
    """A role in an organization, from `began_at` until just before `ended_at`."""

    organization_id: UUID
    role: Role
    began_at: datetime
    ended_at: datetime | None = None

    def lasts(self) -> bool:
        """Whether it has not ended."""
        return self.ended_at is None

    def held_at(self, moment: datetime) -> bool:
        """Whether it was held then (T17, T18)."""
        return self.began_at <= moment and (self.ended_at is None or moment < self.ended_at)


def last_departure(roles: Collection[RoleHeld]) -> datetime | None:
    """When somebody last left an organization, by all that he was in it (T1, T30).

    A hand-over is no departure: whoever takes over, or hands over, stays in all along (T16).
    """
    administered = [one for one in roles if one.role == "ADMINISTRATOR"]
    handed_over = {moment for one in administered for moment in (one.began_at, one.ended_at)}
    ends = (one.ended_at for one in roles if one.ended_at not in handed_over)
    return max((end for end in ends if end is not None), default=None)


@dataclass(frozen=True)
class Standing:
    """Somebody's roles, past ones included; `founded` arose with him and is his still."""

    account_id: UUID
    roles: tuple[RoleHeld, ...] = ()
    founded: UUID | None = None

    def current(self) -> "Standing":
        """Only what he is now."""
        return self._with(tuple(each for each in self.roles if each.lasts()))

    def then(self, moment: datetime) -> "Standing":
        """Only what he was at a time."""
        return self._with(tuple(each for each in self.roles if each.held_at(moment)))

    def administers(self) -> UUID | None:
        """The organization of which these roles make him the Administrator."""
        held = (one.organization_id for one in self.roles if one.role == "ADMINISTRATOR")
        return next(held, None)

    def is_member(self) -> bool:
        """Whether one of these roles is a Member's."""
        return any(one.role == "MEMBER" for one in self.roles)

    def _with(self, roles: tuple[RoleHeld, ...]) -> "Standing":
        return Standing(self.account_id, roles, self.founded)

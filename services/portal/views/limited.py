"""Who cannot spend as he likes now, the most limited first."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from uuid import UUID

from services.portal.spendable import Spendable
from services.portal.views.books import if_any
from services.portal.views.desk import Desk
from services.portal.views.people import Surroundings, spendable_by
from shared.contracts.credit_queries import ListCreditAccess

LOOKED_AT = 500


@dataclass(frozen=True)
class Limited:
    """One person who cannot spend as he likes."""

    account_id: UUID
    spendable: Spendable


@dataclass(frozen=True)
class LimitedPeople:
    """Who is limited now, the most limited first; `count` are all that were looked at.

    It `is_cut` where there are more than are looked at.
    """

    shown: tuple[Limited, ...]
    more: bool
    count: int
    is_cut: bool = False

    def knowing(self, invited: AbstractSet[UUID]) -> "LimitedPeople":
        """Tell of those who have not signed up that this is what keeps them (T32)."""
        shown = (
            replace(each, spendable=Spendable(0, "invited")) if each.account_id in invited else each
            for each in self.shown
        )
        return replace(self, shown=tuple(shown))


async def limited_people(desk: Desk, around: Surroundings, most: int) -> LimitedPeople:
    """The most limited among the first page of those who have access."""
    answer = await if_any(desk.ask(ListCreditAccess(limit=LOOKED_AT)))
    if answer is None:
        return LimitedPeople((), more=False, count=0)
    people = [person for person in answer["people"] if person["role"]]
    limited = sorted(
        (
            Limited(UUID(person["account_id"]), spendable_by(person, around))
            for person in people
            if person["mode"] != "disabled" and person["role"] != "ADMINISTRATOR"
        ),
        key=lambda each: each.spendable.amount,
    )
    is_cut = answer.get("after") is not None
    more = len(limited) > most or is_cut
    return LimitedPeople(tuple(limited[:most]), more, len(people), is_cut)

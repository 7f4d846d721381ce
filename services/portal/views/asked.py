"""A request with the sum done for whoever decides: what it adds, and whether that would help."""

from dataclasses import dataclass
from typing import Any

from services.portal.views.faces import Face
from services.portal.views.rows import Row
from shared.contracts.money import parse_credits


@dataclass(frozen=True)
class Asked:
    """One open request, with what the person has now."""

    request: dict[str, Any]
    face: Face
    row: Row | None
    available: int

    @property
    def id(self) -> str:
        return str(self.request["request_id"])

    @property
    def limit(self) -> int | None:
        """The quota that is asked for; none where it is access without a limit."""
        return None if self.request["limit"] is None else parse_credits(self.request["limit"])

    @property
    def quota(self) -> int | None:
        """The quota there is now."""
        if self.row is None or self.row.mode != "quota" or self.row.access is None:
            return None
        return parse_credits(self.row.access["limit"])

    @property
    def adds(self) -> int:
        """By how much approving would raise the quota."""
        if self.limit is None or self.quota is None:
            return 0
        return max(0, self.limit - self.quota)

    @property
    def room(self) -> int | None:
        """What could be spent under the quota that is asked for, if the pool had it."""
        if self.limit is None or self.row is None:
            return None
        return max(0, self.limit - self.row.spent_and_held)

    @property
    def short(self) -> int:
        """How much the pool lacks for that, so that a higher quota alone does not help."""
        return 0 if self.room is None else max(0, self.room - self.available)

    @property
    def is_held_back_by_the_pool(self) -> bool:
        """Whether the quota there is now is not what binds."""
        return (
            self.row is not None and self.row.mode == "quota" and self.row.spendable.why == "pool"
        )

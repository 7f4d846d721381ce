"""What an act changed, in words: which field, from what, to what; ids become people's names."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from services.portal.views.faces import Face

AN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Ids that tell a reader nothing.
UNTOLD = {"request_id", "transfer_id"}
FIELDS = {
    "account_id": "holder",
    "former_role": "role of the former Administrator",
    "invoices_to": "invoices to",
    "limit": "quota",
    "mode": "access",
    "notice_days": "days of notice before credits expire",
    "observe": "quotas only observed",
    "order_id": "order",
    "period": "counts anew",
    "pool_thresholds": "alerts of the pool, in percent",
    "quota_thresholds": "alerts of quotas, in percent",
}
# Codes as pages say them elsewhere; what is not listed is told as it is.
VALUES = {
    "ADMINISTRATOR": "Administrator",
    "MEMBER": "Member",
    "GUEST": "Guest",
    "disabled": "off",
    "unlimited": "no limit of their own",
    "day": "every day",
    "week": "every week",
    "month": "every month",
    "REQUESTED": "waits for an answer",
    "PENDING_CONFIRMATION": "waits for confirmation",
    "ACTIVE": "active",
    "ACCEPTED": "accepted",
    "CANCELLED": "taken back",
    "CONFIRMED": "confirmed",
    "DECLINED": "declined",
    "ENDED": "ended",
    "EXPIRED": "expired",
    "LAPSED": "lapsed",
    "REJECTED": "rejected",
    "second_operator": "a second operator",
}

Changes = tuple[tuple[str, str, str], ...]


def changes_of(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterable[tuple[str, str, str]]:
    """Each field that is not what it was, with what it was and what it became."""
    for name in dict.fromkeys([*before, *after]):
        was, became = _told(before.get(name)), _told(after.get(name))
        if was != became and name not in UNTOLD:
            yield FIELDS.get(name, name.replace("_", " ")), was, became


def ids_in(changes: Iterable[Changes]) -> set[UUID]:
    """Everybody who is named by an id in what changed."""
    values = (value for each in changes for _, *pair in each for value in pair)
    return {UUID(value) for value in values if AN_ID.fullmatch(value)}


def called_by(faces: Mapping[UUID, Face]) -> Callable[[str], str]:
    """Call an id among what changed by its person's name; anything else is what it is."""

    def called(value: str) -> str:
        return faces[UUID(value)].name if AN_ID.fullmatch(value) else value

    return called


def _told(value: Any) -> str:  # noqa: ANN401  # whatever JSON holds
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return VALUES.get(str(value), str(value))

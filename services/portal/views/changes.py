"""What an act changed, in words: which field, from what, to what; accounts by people's names."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias
from uuid import UUID

from services.portal.views.faces import Face

# The fields that hold accounts, written by the services. Nothing else is looked up: what somebody
# typed, like a token's name, would become the name of whoever's id he typed.
OF_ACCOUNTS = {"account_id", "account_ids", "administrator", "invoices_to"}
# Of a long list of people this many are named.
NAMED_MAX = 20
# Ids that tell a reader nothing.
UNTOLD = {"checkout_id", "confirms", "request_id", "transfer_id"}
FIELDS = {
    "account_id": "holder",
    "account_ids": "who may",
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

# What a field held: words, or the accounts that are still to be named.
Told: TypeAlias = str | tuple[UUID, ...]
Change: TypeAlias = tuple[str, Told, Told]
Changes: TypeAlias = tuple[Change, ...]


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Change]:
    """Each field that is not what it was, with what it was and what it became."""
    for name in dict.fromkeys([*before, *after]):
        tell = _accounts if name in OF_ACCOUNTS else _told
        was, became = tell(before.get(name)), tell(after.get(name))
        if was != became and name not in UNTOLD:
            yield FIELDS.get(name, name.replace("_", " ")), was, became


def ids_in(changes: Iterable[Changes]) -> set[UUID]:
    """Everybody whose account is among what changed."""
    values = (told for each in changes for _, *pair in each for told in pair)
    return {each for told in values if isinstance(told, tuple) for each in told[:NAMED_MAX]}


def called_by(faces: Mapping[UUID, Face]) -> Callable[[Told], str]:
    """Call accounts among what changed by their people's names; words are what they are."""

    def called(told: Told) -> str:
        if isinstance(told, str):
            return told
        names = ", ".join(faces[each].name for each in told[:NAMED_MAX])
        return names if len(told) <= NAMED_MAX else f"{names} and {len(told) - NAMED_MAX} more"

    return called


def _accounts(value: Any) -> tuple[UUID, ...]:  # noqa: ANN401  # whatever JSON holds
    if value is None:
        return ()
    return tuple(map(UUID, value if isinstance(value, list) else [value]))


def _told(value: Any) -> str:  # noqa: ANN401  # whatever JSON holds
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return VALUES.get(str(value), str(value))

"""Who may check free seats of a product out; nobody, unless the Administrator lets them (A12)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts.audit import Values
from shared.contracts.checkouts import FloatingSet, SetFloating
from shared.contracts.message import Refused, refuse
from shared.contracts.refusals import RefusalCode


@dataclass(frozen=True)
class Floating:
    """Who may float: everyone in the organization, those listed, or nobody."""

    everyone: bool = False
    account_ids: tuple[UUID, ...] = ()

    def says(self) -> Literal["off", "everyone", "listed"]:
        """The permission in a word."""
        if self.everyone:
            return "everyone"
        return "listed" if self.account_ids else "off"


def set_floating(
    asked: SetFloating, *, was_bought: bool, are_in: frozenset[UUID]
) -> Floating | Refused:
    """Let people of the organization float on what it bought; that permission is the allocation."""
    if not was_bought:
        return refuse(RefusalCode.UNKNOWN_PRODUCT)
    if asked.everyone:
        return Floating(everyone=True)
    if not are_in.issuperset(asked.account_ids):
        return refuse(RefusalCode.NOT_IN_ORGANIZATION)
    return Floating(account_ids=tuple(sorted(set(asked.account_ids))))


def told(floating: Floating, *, organization_id: UUID, product: str, now: datetime) -> FloatingSet:
    """Say who may float."""
    return FloatingSet(
        organization_id=organization_id,
        product=product,
        everyone=floating.everyone,
        account_ids=floating.account_ids,
        set_at=now,
    )


def written(floating: Floating, product: str) -> Values:
    """The permission as the trail of acts keeps it."""
    account_ids = [str(account_id) for account_id in floating.account_ids]
    return {"product": product, "floating": floating.says(), "account_ids": [*account_ids]}

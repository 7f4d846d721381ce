"""Who may use a product now, and why (R27, R35, R46): the answer, and the fact when it changes."""

from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.message import CommandData, Contract, FactData, Moment
from shared.contracts.purchases import Product

Source = Literal["ORGANIZATION", "FLOATING", "PERSONAL", "EDU", "TRIAL", "BETA"]


class CheckEntitlement(CommandData):
    """Ask whether `account_id` may use a product now; answers `Entitlement`.

    Anybody may ask about himself, an Administrator about his people, nodes and services about all.
    Refused `unknown_account` to everybody else.
    """

    TYPE: ClassVar[str] = "coffer.licensing.check_entitlement.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "licensing.check_entitlement"

    account_id: UUID
    product: Product


class Entitlement(Contract):
    """The answer to `CheckEntitlement`: entitled by any of `sources`, none means not.

    `until` is when the last of them ends by the clock, absent when it does not.
    """

    account_id: UUID
    product: str
    entitled: bool
    sources: tuple[Source, ...] = ()
    until: Moment | None = None


class EntitlementChanged(FactData):
    """What an account may use changed (R27, R35, R46, T31, T33); the subject is the account.

    Said whenever the sources or the end of one product change, so that a copy needs no rules of
    ours: entitled while there are `sources` and `until` has not come.
    """

    ROUTING_KEY: ClassVar[str] = "licensing.entitlement.changed"
    SERVICE: ClassVar[str] = "licensing"

    account_id: UUID
    product: str
    sources: tuple[Source, ...] = ()
    until: Moment | None = None
    changed_at: Moment

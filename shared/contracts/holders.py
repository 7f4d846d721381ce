"""Licensing's list of who holds a seat: an organization may have thousands."""

from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import Field, model_validator

from shared.contracts.licensing import HOLDERS_MAX
from shared.contracts.message import CommandData, Contract
from shared.contracts.purchases import Product


class ListHolders(CommandData):
    """List who holds a seat of a product of `owner`, by account: behind or `before` one.

    Answers `HolderList`. Refused `not_administrator, unknown_organization`.
    """

    TYPE: ClassVar[str] = "coffer.licensing.list_holders.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "licensing.list_holders"

    product: Product
    after: UUID | None = None
    before: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=HOLDERS_MAX)] = 100

    @model_validator(mode="after")
    def _goes_one_way(self) -> Self:
        if self.after is not None and self.before is not None:
            message = "goes on after one account or back before one, not both"
            raise ValueError(message)
        return self


class HolderList(Contract):
    """The answer to `ListHolders`; `first` is the number of the first one here, of `total`.

    `after` leads to the next page, absent on the last; `before` to the one before.
    """

    organization_id: UUID
    product: str
    account_ids: tuple[UUID, ...]
    first: int
    total: int
    after: UUID | None = None
    before: UUID | None = None

"""What a node asks for and reports, read before anything is sent."""

from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from shared.client.arguments import (
    amount_of,
    charge_of,
    command_id_of,
    name_of,
    product_of,
    seconds_of,
    uuid_of,
)
from shared.client.letters import Letter, Sender, written
from shared.client.refused import InvalidArgument
from shared.clock import Clock
from shared.contracts.work import Measure, Work


@dataclass(frozen=True)
class Asked:
    """An authorization as a caller asks for it, with the names of his arguments."""

    owner: UUID
    account: UUID
    amount: Decimal | str
    job: str | None
    max_credits: Decimal | str | None
    work: Work | None
    lease_seconds: int
    id: UUID | None
    product: str | None = None

    def letter(self, sender: Sender) -> Letter:
        """Write it; raises InvalidArgument."""
        if self.max_credits is not None and not self.job:
            raise InvalidArgument("max_credits", "needs a job")
        cap = None if self.max_credits is None else amount_of("max_credits", self.max_credits)
        return sender.authorize(
            str(command_id_of("id", self.id or Clock().new_id())),
            owner=str(uuid_of("owner", self.owner)),
            account=str(uuid_of("account", self.account)),
            amount=amount_of("amount", self.amount),
            lease_seconds=seconds_of("lease_seconds", self.lease_seconds),
            job=name_of("job", self.job),
            max_credits=cap,
            work=self.work,
            product=product_of("product", self.product),
        )


@dataclass(frozen=True)
class Usage:
    """One measured piece of work, charged without a hold.

    `account` is the person who spends, `credits` what it costs (a Decimal or decimal string of
    credits, at most six places), or `measured` what the rate card prices: one of the two. `work`
    says which frames it was and where; who names a `product` is asked whether `account` may use it.
    `id` is minted once, here: report the same Usage again
    after a failure and it counts once.
    """

    account: UUID
    credits: Decimal | str | None = None
    job: str | None = None
    measured: Measure | None = None
    work: Work | None = None
    product: str | None = None
    id: UUID = field(default_factory=lambda: Clock().new_id())

    def line(self, number: int, node: str) -> dict[str, object]:
        """Write it as line `number` of a report from `node`; raises InvalidArgument."""
        place = f"lines[{number}]"
        line: dict[str, object] = {
            "id": str(command_id_of(f"{place}.id", self.id)),
            "account_id": str(uuid_of(f"{place}.account", self.account)),
            "credits": charge_of(f"{place}.credits", self.credits, self.measured),
            "job": name_of(f"{place}.job", self.job),
            "node": node,
            "measured": written(self.measured),
            "work": written(self.work),
            "product": product_of(f"{place}.product", self.product),
        }
        return {name: value for name, value in line.items() if value is not None}

"""A wallet as the staff look at it: what it has, what it was made of, what was corrected."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

import orjson

from services.portal.format import exact
from services.portal.rooms import Rooms
from services.portal.store import work_items
from services.portal.store.work_items import OperatorAct
from services.portal.viewer import Viewer
from services.portal.views.books import Books
from services.portal.views.faces import face_of, faces_of, organization_called
from services.portal.views.organizations import find_organization
from shared.contracts.credit_answers import LotState, PoolState
from shared.contracts.credit_queries import ListLots, ShowPool
from shared.contracts.credit_records import ListAdjustments, ListRefunds
from shared.contracts.message import CommandData, Contract
from shared.contracts.money import parse_credits
from shared.contracts.record_answers import Adjustment, Refund

PAGE = 500
ROWS_MAX = 100_000
ACTS = 500
OPERATORS = "operator-"

Row = TypeVar("Row", bound=Contract)


def refund_id_of(act: UUID | str) -> str:
    """How a refund that an operator recorded is called where the store's are."""
    return f"{OPERATORS}{act}"


def went(lot: LotState) -> tuple[tuple[Decimal, str], ...]:
    """Where all went that came into a lot; see `came`, which it adds up to."""
    told = (
        (exact(lot.free), "are free"),
        (exact(lot.held), "are held"),
        (exact(lot.dormant), "wait"),
        (exact(lot.captured), "were spent"),
        (exact(lot.expired), "expired"),
        (exact(lot.clawed_back), "were taken back before"),
        (exact(lot.adjusted), "were corrected away"),
        (max(-exact(lot.owed), Decimal()), "repaid a debt"),
    )
    return tuple((amount, words) for amount, words in told if amount)


def came(lot: LotState) -> tuple[tuple[Decimal, str], ...]:
    """What came into a lot besides what its order brought."""
    told = (
        (exact(lot.credited_back), "were credited back"),
        (max(exact(lot.owed), Decimal()), "more were taken back than it had"),
    )
    return tuple((amount, words) for amount, words in told if amount)


@dataclass(frozen=True)
class Wallet:
    """One wallet; `name` is whose it is."""

    owner: UUID
    name: str
    is_organization: bool
    buyer: UUID
    pool: PoolState
    lots: tuple[LotState, ...]
    adjustments: tuple[Adjustment, ...]
    refunds: tuple[Refund, ...]
    acts: tuple[OperatorAct, ...]
    operators: dict[UUID, str]

    def refundable(self, lot: LotState) -> int:
        """What the store did not take back yet of a lot's order; it takes no more than was bought.

        What was taken of the lot is another sum: a refund takes from other lots what its own has
        not.
        """
        if lot.store is None or lot.order_id is None or lot.line_no is None:
            return 0
        line = (lot.store, lot.order_id, lot.line_no)
        taken = sum(
            parse_credits(one.amount)
            for one in self.refunds
            if one.taken and (one.store, one.order_id, one.line_no) == line
        )
        return parse_credits(lot.granted) - taken

    def is_recorded(self, refund: UUID) -> bool:
        """Whether an operator recorded a refund already, booked or not."""
        return any(act.id == refund for act in self.acts)

    def is_booked(self, refund: str) -> bool:
        """Whether a refund that an operator recorded is in the ledger."""
        return any(one.taken and one.refund_id == refund_id_of(refund) for one in self.refunds)

    @property
    def orders(self) -> tuple[LotState, ...]:
        """The lots that came of orders, the newest first."""
        bought = [lot for lot in self.lots if lot.store is not None and lot.order_id is not None]
        return tuple(sorted(bought, key=lambda lot: lot.lot, reverse=True))

    def lot(self, number: int) -> LotState | None:
        return next((lot for lot in self.lots if lot.lot == number), None)


async def open_wallet(rooms: Rooms, viewer: Viewer, owner: UUID) -> Wallet:
    """Open a wallet; raises RefusedError when there is none."""
    asking, books = rooms.asking, Books(rooms.asking, viewer, owner)
    pool, lots, adjustments, refunds = await asyncio.gather(
        asking.show(ShowPool(), PoolState, viewer=viewer, owner=owner),
        _all(books, ListLots(limit=PAGE), "lots", LotState),
        _all(books, ListAdjustments(limit=PAGE), "adjustments", Adjustment),
        _all(books, ListRefunds(limit=PAGE), "refunds", Refund),
    )
    async with rooms.pool.acquire() as database:
        acts = await work_items.acts_about(database, str(owner), ACTS)
    people = [one.asked_by for one in adjustments] + [act.done_by for act in acts]
    faces = await faces_of(asking, people)
    name, buyer = await _whose(rooms, owner)
    return Wallet(
        owner=owner,
        name=name,
        is_organization=pool.kind == "ORGANIZATION",
        buyer=buyer,
        pool=pool,
        lots=lots,
        adjustments=adjustments,
        refunds=refunds,
        acts=acts,
        operators={account: face.name for account, face in faces.items()},
    )


async def _all(books: Books, question: CommandData, name: str, row: type[Row]) -> tuple[Row, ...]:
    """Every row of a list: what a refund may take is told by all of them."""
    rows = await books.all(question, name, most=ROWS_MAX)
    return tuple(row.model_validate_json(orjson.dumps(one)) for one in rows)


async def _whose(rooms: Rooms, owner: UUID) -> tuple[str, UUID]:
    """The name of a wallet, and who buys for it."""
    listed = await find_organization(rooms.asking, owner)
    if listed is None:
        face = await face_of(rooms.asking, owner)
        return face.name, owner
    return organization_called(listed.name, listed.administrator_name), listed.administrator_id

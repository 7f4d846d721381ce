"""Orders: who may place one, and for which wallet (R12, R29, R30, R45)."""

from datetime import datetime
from uuid import UUID

from services.credit_ledger.rules.book import Book, Decision, Refusal
from services.credit_ledger.rules.effects import is_same
from services.credit_ledger.rules.purchase_acts import PlaceOrder
from services.credit_ledger.rules.purchase_records import OrderPlaced
from shared.contracts import credit_notices
from shared.contracts.money import format_credits
from shared.contracts.refusals import RefusalCode

MAY_ORDER = frozenset({"OWNER", "ADMINISTRATOR"})
REUSED = Refusal((RefusalCode.IDEMPOTENCY_KEY_REUSED,), "order_id")


def place(book: Book, act: PlaceOrder, now: datetime) -> Decision | Refusal:
    """Let whoever owns or administers the wallet order for it, unless it is closed to him.

    Placed again with the same content the order stands as it is; the wallet that it was placed for
    first is the one that its payment goes to.
    """
    placed = order_placed(book, act.store, act.order_id)
    if placed is not None:
        wallet, content = placed
        if wallet != book.id or not is_same(content, act.content):
            return REUSED
        return Decision(result={"order_id": act.order_id})
    refusal = may_not_obtain(book, act.by)
    if refusal is not None:
        return refusal
    line: dict[str, object] = {
        "id": act.command,
        "account_id": act.by,
        "store": act.store,
        "order_id": act.order_id,
        "credits": format_credits(act.credits),
    }
    record = OrderPlaced(act.store, act.order_id, act.by, act.command, act.content, now)
    return Decision(
        records=(record,),
        says=((credit_notices.OrderPlaced, line),),
        result={"order_id": act.order_id},
    )


def order_placed(book: Book, store: str, order_id: str) -> tuple[int, int] | None:
    """Find an order placed before, as the number of its wallet and the hash of its content."""
    for record in book.left:
        if isinstance(record, OrderPlaced) and (record.store, record.order_id) == (store, order_id):
            return book.id, record.content
    found = book.found.get((OrderPlaced, store, order_id))
    assert found is None or isinstance(found, tuple)
    return found


def may_not_obtain(book: Book, person: UUID) -> Refusal | None:
    """Say why somebody cannot get credits for a wallet: it is not his, or closed to him.

    A Member buys for nobody, his organization included (R29, R30).
    """
    access = book.access[person]
    if access is not None and access.role == "MEMBER":
        return Refusal((RefusalCode.MEMBERS_MAY_NOT_PURCHASE,), "role")
    if access is None or access.role not in MAY_ORDER:
        return Refusal((RefusalCode.NOT_ADMINISTRATOR,), "role")
    closed = closed_to_purchases(book)
    return None if closed is None else Refusal((closed,), "role")


def closed_to_purchases(book: Book) -> RefusalCode | None:
    """Say why nothing can be obtained for a closed wallet: its account draws on a pool (R38, R29).

    A Member buys nothing and is given no trial credits (A4), a Guest neither while he has access.
    """
    if book.closed_by is None:
        return None
    if book.closed_role == "MEMBER":
        return RefusalCode.MEMBERS_MAY_NOT_PURCHASE
    return RefusalCode.ORGANIZATIONAL_CREDITS_ASSIGNED

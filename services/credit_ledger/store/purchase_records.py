"""What orders, refunds and corrections leave beside the books, a statement for each kind."""

from services.credit_ledger.rules.purchase_records import (
    Adjusted,
    BroughtIn,
    Credited,
    LotReleased,
    OrderPlaced,
    RefundTaken,
    TrialTaken,
)
from services.credit_ledger.rules.records import Record

# $1 is the wallet, the rest are the record's fields.
STATEMENTS: dict[type[Record], str] = {
    OrderPlaced: """
        INSERT INTO placed_order (wallet, store, order_id, account, command, content, placed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
    """,
    RefundTaken: """
        UPDATE order_refund SET wallet = $1
        WHERE store = $2 AND order_id = $3 AND line_no = $4 AND command = $5 AND amount = $6
    """,
    TrialTaken: """
        INSERT INTO trial (wallet, account, offer, taken_at) VALUES ($1, $2, $3, $4)
    """,
    # What comes back counts for the same job, project and node as the line that was charged.
    Credited: """
        WITH described AS (
            INSERT INTO work (
                wallet, command, job, project, product, node, node_class, frame_first, frame_last,
                tags, occurred_at
            )
            SELECT
                wallet, $3, job, project, product, node, node_class, frame_first, frame_last,
                tags, occurred_at
            FROM work
            WHERE wallet = $1 AND command = $2
        )
        INSERT INTO credited (wallet, command, amount) VALUES ($1, $2, $4)
        ON CONFLICT (wallet, command) DO UPDATE SET amount = credited.amount + excluded.amount
    """,
    Adjusted: """
        INSERT INTO adjustment (
            wallet, id, amount, direction, reason, expires_at, asked_by, confirmed_by, asked_at,
            booked
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (wallet, id) DO UPDATE SET
            confirmed_by = excluded.confirmed_by, booked = excluded.booked
    """,
    LotReleased: """
        INSERT INTO released_lot (wallet, lot, command, released_by, reason, released_at)
        VALUES ($1, $2, $3, $4, $5, $6)
    """,
    BroughtIn: """
        INSERT INTO opening_balance (
            wallet, reference, content, lot, brought_by, note, brought_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7)
    """,
}

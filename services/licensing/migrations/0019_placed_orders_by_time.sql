-- migrate:up transaction:false

-- Pages of all orders, for operators.
-- squawk-ignore ban-concurrent-index-creation-in-transaction
CREATE INDEX CONCURRENTLY order_placed_in_time
ON order_placed (placed_at, store, order_id, account_id);

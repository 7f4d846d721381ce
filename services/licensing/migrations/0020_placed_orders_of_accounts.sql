-- migrate:up transaction:false

-- Pages of what an account ordered for itself.
-- squawk-ignore ban-concurrent-index-creation-in-transaction
CREATE INDEX CONCURRENTLY order_placed_by_account
ON order_placed (account_id, placed_at, store, order_id)
WHERE NOT for_organization;

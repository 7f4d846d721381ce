-- migrate:up transaction:false

-- Pages of what was ordered for an organization, or brings it seats.
-- squawk-ignore ban-concurrent-index-creation-in-transaction
CREATE INDEX CONCURRENTLY order_placed_for_organization
ON order_placed (organization_id, placed_at, store, order_id, account_id)
WHERE for_organization OR commercial;

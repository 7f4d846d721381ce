-- migrate:up transaction:false

-- What a month's closing looks at: lots with credits, lots that changed since they were stated,
-- and the few that owe something or have paid what others owe.
-- squawk-ignore ban-concurrent-index-creation-in-transaction
CREATE INDEX CONCURRENTLY lot_to_state ON lot (wallet, number)
WHERE open OR NOT stated OR owed <> 0;

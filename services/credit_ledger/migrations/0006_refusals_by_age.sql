-- migrate:up transaction:false

-- What is forgotten after its time: refusals alone, oldest first. Made beside running engines,
-- which write to this table in every batch.
-- squawk-ignore ban-concurrent-index-creation-in-transaction
CREATE INDEX CONCURRENTLY verdict_refused ON verdict (decided_at) WHERE NOT accepted;

-- migrate:up transaction:false

-- What was done to one person: the rest of a long trail is not read for it.
-- squawk-ignore ban-concurrent-index-creation-in-transaction
CREATE INDEX CONCURRENTLY audit_about ON audit (wallet, about, number) WHERE about IS NOT NULL;

-- migrate:up transaction:false

-- Lists of those with one mode of access, page by page. The mode changes seldom, so that charges
-- still update a person's row in place.
-- squawk-ignore ban-concurrent-index-creation-in-transaction
CREATE INDEX CONCURRENTLY access_in_mode ON access (wallet, mode, person);

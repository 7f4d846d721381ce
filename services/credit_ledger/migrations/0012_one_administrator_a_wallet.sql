-- migrate:up transaction:false

-- A pool has one Administrator (R7). Whoever follows another is written after him, see
-- store/saving.py: a unique index looks at each row as it is written.
-- squawk-ignore ban-concurrent-index-creation-in-transaction
CREATE UNIQUE INDEX CONCURRENTLY access_one_administrator
ON access (wallet) WHERE role = 'ADMINISTRATOR';

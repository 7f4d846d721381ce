-- migrate:up transaction:false

-- What is forgotten after its time: verdicts on checkouts alone, oldest first. Made beside a
-- running service, which writes to this table with every command.
-- squawk-ignore ban-concurrent-index-creation-in-transaction
CREATE INDEX CONCURRENTLY inbox_of_checkouts ON inbox (command) WHERE of_checkouts;

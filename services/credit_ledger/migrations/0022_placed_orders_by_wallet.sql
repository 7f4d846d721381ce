-- migrate:up transaction:false

-- Lists of the orders that a wallet waits for, page by page.
-- squawk-ignore ban-concurrent-index-creation-in-transaction
CREATE INDEX CONCURRENTLY placed_order_wallet ON placed_order (wallet, command);

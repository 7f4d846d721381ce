-- migrate:up

-- Wallets that chose how long before its end a lot is announced; all others keep the usual time.
CREATE INDEX wallet_own_notice ON wallet (id) WHERE terms LIKE '%notice_days%';

-- migrate:up

-- What people may use, as licensing says: a copy, so that spending is decided in one commit.
-- Usable while there are sources and `until` has not come.
CREATE TABLE entitlement (
    account uuid NOT NULL,
    product text NOT NULL,
    sources text [] NOT NULL,
    until timestamptz,
    PRIMARY KEY (account, product)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON entitlement TO coffer_credit_ledger;

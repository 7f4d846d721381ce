-- migrate:up

-- What was done with an Administrator's or an operator's rights, written with the batch that did
-- it. The service may add and read, and nothing else.
CREATE TABLE audit (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    wallet bigint NOT NULL,
    id uuid NOT NULL,
    act text NOT NULL,
    by_account uuid,
    door text NOT NULL,
    about uuid,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX audit_wallet ON audit (wallet, number);

GRANT SELECT, INSERT ON audit TO coffer_credit_ledger;

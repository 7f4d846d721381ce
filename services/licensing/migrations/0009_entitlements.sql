-- migrate:up

-- What was told of who may use what: compared with what is, told again when it differs.
CREATE TABLE entitlement (
    account_id uuid NOT NULL,
    product text NOT NULL,
    sources text [] NOT NULL,
    until timestamptz,
    PRIMARY KEY (account_id, product)
);

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON entitlement TO %I', current_database());
END $$;

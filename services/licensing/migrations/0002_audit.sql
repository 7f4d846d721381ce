-- migrate:up

-- What was done with an Administrator's or an operator's rights; written once, never changed.
CREATE TABLE audit (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject uuid NOT NULL,
    id uuid NOT NULL,
    act text NOT NULL,
    by_account uuid,
    door text NOT NULL,
    about uuid,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX audit_subject ON audit (subject, number);

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT ON audit TO %I', current_database());
END $$;

-- migrate:up

-- What may be tried, and for how many days (A15).
CREATE TABLE offer (
    name text PRIMARY KEY,
    product text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('TRIAL', 'BETA')),
    days bigint NOT NULL CHECK (days > 0),
    open boolean NOT NULL
);

-- Who applied; once for each offer, whatever came of it.
CREATE TABLE application (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    offer text NOT NULL REFERENCES offer (name),
    state text NOT NULL CHECK (state IN ('PENDING', 'GRANTED', 'DECLINED')),
    applied_at timestamptz NOT NULL,
    license_id uuid,
    UNIQUE (account_id, offer),
    CHECK ((state = 'GRANTED') = (license_id IS NOT NULL))
);
CREATE INDEX application_waiting ON application (id) WHERE state = 'PENDING';

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON offer, application TO %I', current_database());
END $$;

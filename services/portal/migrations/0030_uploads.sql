-- migrate:up

-- A table of many administrative acts: checked, applied, told row by row. It names people, so that
-- it is kept for days and goes with whoever is forgotten.
CREATE TABLE upload (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    account_id uuid NOT NULL,
    digest text NOT NULL,
    name text NOT NULL,
    content bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('CHECKING', 'CHECKED', 'APPLYING', 'DONE', 'FAILED')),
    total bigint NOT NULL CHECK (total > 0),
    done bigint NOT NULL DEFAULT 0 CHECK (done BETWEEN 0 AND total),
    results jsonb,
    receipt jsonb,
    trouble text,
    uploaded_at timestamptz NOT NULL,
    begun_at timestamptz,
    ended_at timestamptz,
    busy_until timestamptz,
    -- Whom it is about, as far as they have accounts: it goes with whoever is forgotten.
    people uuid [] NOT NULL DEFAULT '{}',
    UNIQUE (organization_id, account_id, digest)
);
CREATE INDEX upload_waits ON upload (uploaded_at) WHERE state IN ('CHECKING', 'APPLYING');
CREATE INDEX upload_age ON upload (uploaded_at);

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON upload TO %I', current_database());
END $$;

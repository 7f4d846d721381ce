-- migrate:up

-- An Administrator's offer to hand the organization over (T16); at most one of each is open.
CREATE TABLE transfer (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organization (id),
    from_account_id uuid NOT NULL REFERENCES account (id),
    to_account_id uuid NOT NULL REFERENCES account (id),
    invoices_to text NOT NULL CHECK (invoices_to IN ('former', 'new')),
    state text NOT NULL
    CHECK (state IN ('REQUESTED', 'ACCEPTED', 'DECLINED', 'CANCELLED', 'EXPIRED')),
    requested_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > requested_at),
    decided_at timestamptz,
    CHECK (from_account_id <> to_account_id),
    CHECK ((state = 'REQUESTED') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX transfer_open ON transfer (organization_id) WHERE state = 'REQUESTED';
CREATE INDEX transfer_due ON transfer (expires_at) WHERE state = 'REQUESTED';
CREATE INDEX transfer_organization ON transfer (organization_id);
CREATE INDEX transfer_from ON transfer (from_account_id);
CREATE INDEX transfer_to ON transfer (to_account_id);

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON transfer TO %I', current_database());
END $$;

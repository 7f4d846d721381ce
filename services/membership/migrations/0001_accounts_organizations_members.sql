-- migrate:up

CREATE SEQUENCE customer_number START 100001;

-- A person's account; the only place of his name and e-mail (A20).
CREATE TABLE account (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    email_folded text NOT NULL UNIQUE,
    name text NOT NULL,
    customer_number text NOT NULL UNIQUE DEFAULT 'CN-' || nextval('customer_number'),
    registered_at timestamptz NOT NULL
);

-- Exactly one Administrator (R7), who administers at most one organization (R5).
CREATE TABLE organization (
    id uuid PRIMARY KEY,
    administrator_id uuid NOT NULL UNIQUE REFERENCES account (id),
    state text NOT NULL CHECK (state IN ('ACTIVE', 'LAPSED')),
    activated_at timestamptz NOT NULL
);

-- Who is or was a Member or Guest; an interval is never deleted.
CREATE TABLE membership (
    organization_id uuid NOT NULL REFERENCES organization (id),
    account_id uuid NOT NULL REFERENCES account (id),
    role text NOT NULL CHECK (role IN ('MEMBER', 'GUEST')),
    state text NOT NULL CHECK (state IN ('ACTIVE', 'REMOVED')),
    added_at timestamptz NOT NULL,
    removed_at timestamptz CHECK (removed_at >= added_at),
    PRIMARY KEY (organization_id, account_id, added_at),
    CHECK ((state = 'REMOVED') = (removed_at IS NOT NULL))
);
CREATE INDEX membership_account ON membership (account_id);

-- An account is in one organization at a time (A2).
CREATE UNIQUE INDEX membership_joined ON membership (account_id) WHERE state = 'ACTIVE';

-- Our copy of the licenses that licensing told us of, also of accounts not registered yet.
CREATE TABLE held_license (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('COMMERCIAL', 'EDU', 'TRIAL', 'BETA')),
    expires_at timestamptz,
    expired boolean NOT NULL DEFAULT FALSE
);
CREATE INDEX held_license_account ON held_license (account_id);

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format('GRANT USAGE ON SEQUENCE customer_number TO %I', current_database());
    EXECUTE format(
        'GRANT SELECT, INSERT, UPDATE ON account, organization, membership, held_license TO %I',
        current_database()
    );
END $$;

-- migrate:up

-- What programs call the API with. A token acts for the account that made it, in one organization
-- or for the account itself. Only its hash is kept; `hint` are its last characters, to tell tokens
-- apart on a page.
CREATE TABLE api_token (
    id uuid PRIMARY KEY,
    hash bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    account_id uuid NOT NULL,
    organization_id uuid,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
    hint text NOT NULL CHECK (char_length(hint) = 4),
    scopes text [] NOT NULL CHECK (cardinality(scopes) > 0),
    made_at timestamptz NOT NULL,
    expires_at timestamptz CHECK (expires_at > made_at),
    revoked_at timestamptz CHECK (revoked_at >= made_at),
    last_used_at timestamptz
);
CREATE INDEX api_token_account ON api_token (account_id, id);
CREATE INDEX api_token_organization ON api_token (organization_id, id)
WHERE organization_id IS NOT NULL;

-- Which command an Idempotency-Key of a token stands for, and the hash of what was asked with it.
CREATE TABLE api_call (
    token_id uuid NOT NULL REFERENCES api_token (id),
    key text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
    command uuid NOT NULL,
    content bytea NOT NULL CHECK (octet_length(content) = 32),
    called_at timestamptz NOT NULL,
    PRIMARY KEY (token_id, key)
);
CREATE INDEX api_call_called_at ON api_call (called_at);

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON api_token TO %I', current_database());
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON api_call TO %I', current_database());
END $$;

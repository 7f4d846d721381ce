-- migrate:up

-- Who is signed in. The token itself is only in the browser; `form_key` binds forms to the session.
CREATE TABLE session (
    token_hash bytea PRIMARY KEY,
    account_id uuid NOT NULL,
    door text NOT NULL CHECK (door IN ('oidc', 'demo')),
    browser text NOT NULL,
    form_key bytea NOT NULL,
    begun_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL
);
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_ends ON session (ends_at);

-- Someone on the way to the identity provider and back; a code comes back once.
CREATE TABLE sign_in (
    state_hash bytea PRIMARY KEY,
    browser_hash bytea NOT NULL,
    nonce text NOT NULL,
    verifier text NOT NULL,
    next text NOT NULL,
    begun_at timestamptz NOT NULL
);
CREATE INDEX sign_in_begun ON sign_in (begun_at);

-- A command as a form sent it, written down before it is asked; short-lived: it may name people.
CREATE TABLE form (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    content bytea NOT NULL,
    command jsonb NOT NULL,
    verdict jsonb,
    title text NOT NULL,
    back text NOT NULL,
    done text NOT NULL,
    sent_at timestamptz NOT NULL,
    answered_at timestamptz
);
CREATE INDEX form_sent ON form (sent_at);
CREATE INDEX form_unanswered ON form (sent_at) WHERE verdict IS NULL;

-- Which account somebody of the identity provider is; his address there may change.
CREATE TABLE identity (
    issuer text NOT NULL,
    subject text NOT NULL,
    account_id uuid NOT NULL,
    linked_at timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identity_account ON identity (account_id);

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format(
        'GRANT SELECT, INSERT, UPDATE, DELETE ON session, sign_in, form, identity TO %I', current_database()
    );
END $$;

-- migrate:up

-- A form that was sent when the session was over: kept for an hour, for whoever has the key.
CREATE TABLE draft (
    key_hash bytea PRIMARY KEY,
    action text NOT NULL,
    page text NOT NULL,
    fields jsonb NOT NULL,
    kept_at timestamptz NOT NULL
);
CREATE INDEX draft_kept ON draft (kept_at);

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON draft TO %I', current_database());
END $$;

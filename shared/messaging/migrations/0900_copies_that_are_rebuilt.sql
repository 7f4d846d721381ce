-- migrate:up

-- How far the copy of another service is rebuilt, so that a crash costs nothing but the time since.
CREATE TABLE rebuild (
    source text PRIMARY KEY,
    asked_at timestamptz NOT NULL,
    after uuid,
    rebuilt bigint NOT NULL DEFAULT 0 CHECK (rebuilt >= 0),
    is_done boolean NOT NULL DEFAULT FALSE
);

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON rebuild TO %I', current_database());
END $$;

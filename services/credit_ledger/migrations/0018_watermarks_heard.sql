-- migrate:up

-- How far the other services have spoken, as some worker heard it: each watermark comes to one.
CREATE TABLE watermark_heard (
    service text PRIMARY KEY,
    at timestamptz NOT NULL,
    heard_at timestamptz NOT NULL
);

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON watermark_heard TO %I', current_database());
END $$;

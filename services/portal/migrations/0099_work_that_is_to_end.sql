-- migrate:up

-- Whose running work is to be ended: known before anything is asked, until the commands that end it
-- are written down as forms. `form` is the removal that has to be done first, if there is one.
CREATE TABLE work_to_end (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    person_id uuid NOT NULL,
    asked_by uuid NOT NULL,
    form uuid,
    asked_at timestamptz NOT NULL
);
CREATE INDEX work_to_end_oldest ON work_to_end (asked_at);

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON work_to_end TO %I', current_database());
END $$;

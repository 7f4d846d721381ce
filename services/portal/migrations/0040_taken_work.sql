-- migrate:up

-- Who is on which thing of the work list, so that two operators do not do the same. One that was
-- released keeps its row without a name: open lists are told that nobody is on it any more.
CREATE TABLE taken_work (
    subject uuid PRIMARY KEY,
    taken_by uuid,
    changed_at timestamptz NOT NULL
);

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format(
        'GRANT SELECT, INSERT, UPDATE, DELETE ON taken_work TO %I',
        current_database()
    );
END $$;

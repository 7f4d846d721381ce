-- migrate:up

-- Render nodes that work for an organization, or did (A17); the trail keeps who let them when.
CREATE TABLE enrolment (
    organization_id uuid NOT NULL REFERENCES organization (id),
    node text NOT NULL CHECK (node ~ '^[A-Za-z0-9-]{1,60}$'),
    enrolled_at timestamptz NOT NULL,
    withdrawn_at timestamptz CHECK (withdrawn_at >= enrolled_at),
    PRIMARY KEY (organization_id, node)
);

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON enrolment TO %I', current_database());
END $$;

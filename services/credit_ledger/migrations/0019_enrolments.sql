-- migrate:up

-- Which nodes work for which organizations, as membership says (A17): a copy, so that who speaks is
-- decided in one commit with what he says. A node that is withdrawn may finish what was begun.
CREATE TABLE enrolment (
    organization uuid NOT NULL,
    node text NOT NULL,
    withdrawn_at timestamptz,
    PRIMARY KEY (organization, node)
);

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON enrolment TO %I', current_database());
END $$;

-- migrate:up

-- What was done with what the portal keeps itself, and what its staff or a store gave back: the
-- portal's part of an organization's trail. It names people by ids alone, and holds no secrets.
-- `token` among the values is what its maker called it, which goes with him (A20).
CREATE TABLE deed (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    organization_id uuid NOT NULL,
    act text NOT NULL,
    by_account uuid,
    door text NOT NULL,
    about uuid,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX deed_organization ON deed (organization_id, number);
CREATE INDEX deed_act ON deed (organization_id, act, number);
CREATE INDEX deed_by_account ON deed (by_account, number) WHERE by_account IS NOT NULL;
CREATE INDEX deed_about ON deed (about, number) WHERE about IS NOT NULL;

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON deed TO %I', current_database());
END $$;

-- migrate:up

-- Orders that were placed with us, and whose they are; one order of a store may be claimed by
-- several, its payment looks up the one who pays (A14).
CREATE TABLE order_placed (
    store text NOT NULL,
    order_id text NOT NULL,
    account_id uuid NOT NULL,
    organization_id uuid,
    for_organization boolean NOT NULL,
    content bytea NOT NULL,
    placed_at timestamptz NOT NULL,
    PRIMARY KEY (store, order_id, account_id),
    CHECK (organization_id IS NOT NULL OR NOT for_organization)
);

-- Paid orders that were not, until the copy of memberships covers the time they were placed (A14).
CREATE TABLE parked_order (
    id uuid PRIMARY KEY,
    placed_at timestamptz NOT NULL,
    body text NOT NULL
);
CREATE INDEX parked_order_placed ON parked_order (placed_at);

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT ON order_placed TO %I', current_database());
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON parked_order TO %I', current_database());
END $$;

-- migrate:up

-- What somebody wants to be told of once: a letter when it becomes true, nothing after it ran out.
-- `due` when a fact came that may have made it true; it is looked at then.
CREATE TABLE awaited (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('pool_has', 'seat_free', 'access_opens')),
    amount bigint CHECK (amount > 0),
    product text,
    person_id uuid,
    asked_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    ending text CHECK (ending IN ('TOLD', 'CANCELLED', 'LAPSED')),
    due boolean NOT NULL DEFAULT TRUE,
    CONSTRAINT awaited_names_what_it_is_about CHECK (
        (kind = 'pool_has') = (amount IS NOT NULL)
        AND (kind = 'seat_free') = (product IS NOT NULL)
        AND (kind = 'access_opens') = (person_id IS NOT NULL)
    ),
    CONSTRAINT awaited_ends_somehow CHECK ((ended_at IS NULL) = (ending IS NULL))
);
-- Asked twice it is told once.
CREATE UNIQUE INDEX awaited_once ON awaited (
    account_id, organization_id, kind, coalesce(amount, 0), coalesce(product, ''),
    coalesce(person_id, '00000000-0000-0000-0000-000000000000')
) WHERE ended_at IS NULL;
CREATE INDEX awaited_by_organization ON awaited (organization_id) WHERE ended_at IS NULL;
CREATE INDEX awaited_by_person ON awaited (person_id) WHERE ended_at IS NULL;
CREATE INDEX awaited_due ON awaited (asked_at) WHERE ended_at IS NULL AND due;

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON awaited TO %I', current_database());
END $$;

-- migrate:up

-- A product in use on a machine, until it is brought back or its lease lapses (A12).
-- It sits on a seat of an organization, or on a license of the account's own; `assignment_id` is
-- there while its seat is assigned: without one, it counts in product_seats.in_use (T31).
CREATE TABLE checkout (
    id uuid PRIMARY KEY,
    organization_id uuid,
    account_id uuid NOT NULL,
    product text NOT NULL,
    machine text NOT NULL,
    source text NOT NULL
    CHECK (source IN ('ORGANIZATION', 'FLOATING', 'PERSONAL', 'EDU', 'TRIAL', 'BETA')),
    assignment_id uuid REFERENCES assignment (id),
    opened_at timestamptz NOT NULL,
    lease_until timestamptz NOT NULL,
    borrowed boolean NOT NULL,
    closed_at timestamptz CHECK (closed_at >= opened_at),
    swept boolean NOT NULL DEFAULT FALSE,
    FOREIGN KEY (organization_id, product) REFERENCES product_seats (organization_id, product),
    CHECK ((organization_id IS NOT NULL) = (source IN ('ORGANIZATION', 'FLOATING'))),
    CHECK (assignment_id IS NULL OR source = 'ORGANIZATION'),
    CHECK (closed_at IS NOT NULL OR NOT swept)
);

-- The same product on the same machine is the same checkout.
CREATE UNIQUE INDEX checkout_open ON checkout (account_id, product, machine)
WHERE closed_at IS NULL;

-- An assigned seat is one seat: one machine at a time.
CREATE UNIQUE INDEX checkout_assigned ON checkout (assignment_id) WHERE closed_at IS NULL;
CREATE INDEX checkout_assignment ON checkout (assignment_id);
CREATE INDEX checkout_seat ON checkout (organization_id, product, id) WHERE closed_at IS NULL;
CREATE INDEX checkout_organization ON checkout (organization_id, id) WHERE closed_at IS NULL;
CREATE INDEX checkout_due ON checkout (lease_until) WHERE closed_at IS NULL;

-- Who may check free seats of a product out: everyone in the organization, or those listed (A12).
CREATE TABLE floating (
    organization_id uuid NOT NULL,
    product text NOT NULL,
    everyone boolean NOT NULL,
    PRIMARY KEY (organization_id, product),
    FOREIGN KEY (organization_id, product) REFERENCES product_seats (organization_id, product)
);
CREATE TABLE floating_person (
    organization_id uuid NOT NULL,
    product text NOT NULL,
    account_id uuid NOT NULL,
    PRIMARY KEY (organization_id, product, account_id),
    FOREIGN KEY (organization_id, product) REFERENCES floating (organization_id, product)
);
CREATE INDEX floating_person_account ON floating_person (organization_id, account_id);

-- Seats on which a lease is open though nobody is assigned to them: never more taken than there are
-- by assignments and leases together.
ALTER TABLE product_seats
ADD COLUMN in_use bigint NOT NULL DEFAULT 0,
ADD CONSTRAINT product_seats_in_use CHECK (in_use >= 0) NOT VALID,
ADD CONSTRAINT product_seats_taken CHECK (assigned + in_use <= seats) NOT VALID;

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON checkout, floating TO %I', current_database());
    EXECUTE format(
        'GRANT SELECT, INSERT, DELETE ON floating_person TO %I', current_database()
    );
END $$;

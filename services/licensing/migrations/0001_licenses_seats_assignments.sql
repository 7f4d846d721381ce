-- migrate:up

-- A purchased license. One order line is one license, however often it is reported (T19).
CREATE TABLE license (
    id uuid PRIMARY KEY,
    store text NOT NULL,
    order_id text NOT NULL,
    line_no bigint NOT NULL,
    account_id uuid NOT NULL,
    product text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('COMMERCIAL', 'EDU', 'TRIAL', 'BETA')),
    seats bigint NOT NULL CHECK (seats > 0),
    state text NOT NULL CHECK (state IN ('ACTIVE', 'EXPIRED')),
    activated_at timestamptz NOT NULL,
    expires_at timestamptz,
    UNIQUE (store, order_id, line_no)
);
CREATE INDEX license_account ON license (account_id);
CREATE INDEX license_due ON license (expires_at) WHERE state = 'ACTIVE';

-- Our copy of the organizations and their Administrators, kept by what membership says.
CREATE TABLE organization (
    id uuid PRIMARY KEY,
    administrator_id uuid NOT NULL UNIQUE
);

-- Our copy of who is in; no foreign key, for it may be ahead of the organizations.
CREATE TABLE member (
    organization_id uuid NOT NULL,
    account_id uuid NOT NULL,
    PRIMARY KEY (organization_id, account_id)
);

-- The seats of a product, locked by whoever gives or takes one: never more taken than there are.
CREATE TABLE product_seats (
    organization_id uuid NOT NULL REFERENCES organization (id),
    product text NOT NULL,
    seats bigint NOT NULL CHECK (seats >= 0),
    assigned bigint NOT NULL CHECK (assigned >= 0),
    PRIMARY KEY (organization_id, product),
    CHECK (assigned <= seats)
);

-- Who has or had a seat.
CREATE TABLE assignment (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    product text NOT NULL,
    account_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('ACTIVE', 'REVOKED', 'EXPIRED')),
    assigned_at timestamptz NOT NULL,
    ended_at timestamptz CHECK (ended_at >= assigned_at),
    FOREIGN KEY (organization_id, product) REFERENCES product_seats (organization_id, product),
    CHECK ((state = 'ACTIVE') = (ended_at IS NULL))
);
CREATE INDEX assignment_product ON assignment (organization_id, product);

-- A person has at most one seat of a product.
CREATE UNIQUE INDEX assignment_held ON assignment (account_id, product, organization_id)
WHERE state = 'ACTIVE';

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format(
        'GRANT SELECT, INSERT, UPDATE ON license, organization, product_seats, assignment TO %I',
        current_database()
    );
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON member TO %I', current_database());
END $$;

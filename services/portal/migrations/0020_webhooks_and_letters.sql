-- migrate:up

-- Every fact the portal heard, so that one that comes again has no second effect.
CREATE TABLE heard_fact (
    id uuid PRIMARY KEY,
    heard_at timestamptz NOT NULL
);
CREATE INDEX heard_fact_age ON heard_fact (heard_at);

-- What a store told us by webhook: its own id for it, and under which id it went to the services.
CREATE TABLE store_webhook (
    store text NOT NULL CHECK (length(store) BETWEEN 1 AND 60),
    webhook_id text NOT NULL CHECK (length(webhook_id) BETWEEN 1 AND 255),
    content bytea NOT NULL,
    event_id uuid NOT NULL,
    received_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    PRIMARY KEY (store, webhook_id)
);
CREATE INDEX store_webhook_age ON store_webhook (received_at);

-- What was ordered under a payment, for a store whose refunds name the payment alone.
CREATE TABLE store_payment (
    store text NOT NULL,
    payment text NOT NULL CHECK (length(payment) BETWEEN 1 AND 120),
    account_id uuid NOT NULL,
    paid bigint NOT NULL CHECK (paid >= 0),
    lines jsonb NOT NULL,
    paid_at timestamptz NOT NULL,
    PRIMARY KEY (store, payment)
);

-- An address of an organization's own system. The secret signs, so that it cannot be a hash.
CREATE TABLE webhook (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    url text NOT NULL CHECK (length(url) BETWEEN 1 AND 2000),
    kinds text [] NOT NULL CHECK (cardinality(kinds) > 0),
    secret text NOT NULL,
    former_secret text,
    former_secret_until timestamptz,
    state text NOT NULL CHECK (state IN ('ACTIVE', 'DISABLED')),
    state_reason text CHECK (state_reason IN ('by_hand', 'gone', 'failing')),
    failing_since timestamptz,
    tried_at timestamptz,
    busy_until timestamptz,
    CHECK ((state = 'DISABLED') = (state_reason IS NOT NULL)),
    CHECK ((former_secret IS NULL) = (former_secret_until IS NULL))
);
CREATE INDEX webhook_organization ON webhook (organization_id);

-- A fact on its way to an address. It waits until it is there, or until its time is over.
CREATE TABLE delivery (
    id uuid PRIMARY KEY,
    webhook_id uuid NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    fact_id uuid NOT NULL,
    kind text NOT NULL,
    body text NOT NULL,
    state text NOT NULL CHECK (state IN ('WAITING', 'DELIVERED', 'FAILED')),
    created_at timestamptz NOT NULL,
    begun_at timestamptz NOT NULL,
    next_attempt_at timestamptz,
    attempts bigint NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    attempted_at timestamptz,
    status bigint,
    trouble text,
    UNIQUE (webhook_id, fact_id),
    CHECK ((state = 'WAITING') = (next_attempt_at IS NOT NULL))
);
CREATE INDEX delivery_due ON delivery (next_attempt_at, webhook_id) WHERE state = 'WAITING';
CREATE INDEX delivery_next ON delivery (webhook_id, next_attempt_at, id) WHERE state = 'WAITING';
CREATE INDEX delivery_of_webhook ON delivery (webhook_id, id);
CREATE INDEX delivery_age ON delivery (created_at) WHERE state <> 'WAITING';

-- A letter to a person, or to whoever administers an organization when it leaves. It holds ids
-- alone (A20): name and address are asked for at the last moment. One cause, one letter.
CREATE TABLE letter (
    id uuid PRIMARY KEY,
    cause uuid NOT NULL,
    part bigint NOT NULL CHECK (part >= 0),
    kind text NOT NULL,
    account_id uuid,
    organization_id uuid,
    facts jsonb NOT NULL,
    state text NOT NULL
    CHECK (state IN ('WAITING', 'LEAVING', 'SENT', 'DROPPED', 'FAILED', 'UNCERTAIN')),
    created_at timestamptz NOT NULL,
    next_attempt_at timestamptz,
    attempts bigint NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    settled_at timestamptz,
    trouble text,
    UNIQUE NULLS NOT DISTINCT (cause, kind, part, account_id),
    CHECK (account_id IS NOT NULL OR organization_id IS NOT NULL),
    CHECK ((state IN ('WAITING', 'LEAVING')) = (next_attempt_at IS NOT NULL)),
    CHECK ((state IN ('WAITING', 'LEAVING')) = (settled_at IS NULL))
);
CREATE INDEX letter_due ON letter (next_attempt_at) WHERE state IN ('WAITING', 'LEAVING');
CREATE INDEX letter_to ON letter (account_id) WHERE state = 'WAITING';
CREATE INDEX letter_age ON letter (settled_at);

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format(
        'GRANT SELECT, INSERT, UPDATE, DELETE
        ON heard_fact, store_webhook, store_payment, webhook, delivery, letter TO %I',
        current_database()
    );
END $$;

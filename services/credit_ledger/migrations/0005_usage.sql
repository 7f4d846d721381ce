-- migrate:up

-- What was charged, absorbed and credited back, one row for each such row of the journal, with
-- what work it was for: reports read this table alone. It follows from journal, work and holds,
-- so that it may be emptied together with `usage_progress` and is then filled anew.
-- An absent job, project, product, node, class or unit is the empty text, which sorts and groups.
CREATE TABLE usage (
    wallet bigint NOT NULL,
    seq bigint NOT NULL,
    -- 1 charged, 2 absorbed by the vendor, 3 credited back
    kind smallint NOT NULL CHECK (kind IN (1, 2, 3)),
    -- The first row of its charge: what was measured and that there was a charge count here alone.
    opens boolean NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    booked_at timestamptz NOT NULL,
    occurred_at timestamptz,
    person uuid NOT NULL,
    job text NOT NULL,
    project text NOT NULL,
    product text NOT NULL,
    node text NOT NULL,
    node_class text NOT NULL,
    frame_first bigint,
    frame_last bigint,
    tags jsonb,
    unit text NOT NULL,
    quantity bigint,
    rate bigint,
    hold uuid,
    command uuid NOT NULL,
    PRIMARY KEY (wallet, seq),
    CONSTRAINT usage_is_measured_in_units CHECK (quantity IS NULL OR (opens AND unit <> ''))
);
-- A wallet books in the order of its numbers, so that each of these also pages by (time, number).
CREATE INDEX usage_booked_at ON usage (wallet, booked_at, seq);
CREATE INDEX usage_person ON usage (wallet, person, booked_at, seq);
CREATE INDEX usage_job ON usage (wallet, job, booked_at, seq);
CREATE INDEX usage_tags ON usage USING gin (tags jsonb_path_ops) WHERE tags IS NOT NULL;

-- Up to which number of its journal each wallet stands in `usage`. A wallet's rows become visible
-- in the order of their numbers, for its lock is held until they are committed: no row can appear
-- behind this mark. The ids of batches give no such promise.
CREATE TABLE usage_progress (
    wallet bigint PRIMARY KEY,
    seq bigint NOT NULL
);

GRANT SELECT, INSERT ON usage TO coffer_credit_ledger;
GRANT SELECT, INSERT, UPDATE ON usage_progress TO coffer_credit_ledger;

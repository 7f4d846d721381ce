-- migrate:up

-- What facts told that somebody of the vendor's has to decide. No service lists it over all books.
CREATE TABLE work_item (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (
        kind IN ('withheld_credits', 'withheld_license', 'late_usage', 'adjustment')
    ),
    owner uuid NOT NULL,
    account_id uuid,
    told_at timestamptz NOT NULL,
    details jsonb NOT NULL,
    decided_by uuid,
    decided_at timestamptz,
    outcome text,
    CHECK ((decided_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX work_item_open ON work_item (told_at) WHERE decided_at IS NULL;

-- What was taken over from the queue of the dead when an operator looked. The body goes with the
-- decision, for it may name people.
CREATE TABLE dead_letter (
    id uuid PRIMARY KEY,
    digest bytea NOT NULL,
    message_id text NOT NULL,
    type text NOT NULL,
    reason text NOT NULL,
    origin text NOT NULL,
    body bytea,
    taken_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('WAITING', 'REDRIVING', 'REDRIVEN', 'DISCARDED')),
    decided_by uuid,
    decided_at timestamptz,
    decision text,
    busy_until timestamptz,
    CHECK ((body IS NULL) = (state IN ('REDRIVEN', 'DISCARDED')))
);
CREATE UNIQUE INDEX dead_letter_waiting ON dead_letter (digest) WHERE body IS NOT NULL;
CREATE INDEX dead_letter_state ON dead_letter (state, id);

-- One comparison of the services' answers with each other, from its beginning to its result.
CREATE TABLE reconciliation (
    id uuid PRIMARY KEY,
    asked_by uuid NOT NULL,
    begun_at timestamptz NOT NULL,
    alive_at timestamptz NOT NULL,
    ended_at timestamptz,
    wallets bigint NOT NULL DEFAULT 0,
    journal_rows bigint NOT NULL DEFAULT 0,
    differences text [] NOT NULL DEFAULT '{}',
    trouble text
);

-- What operators did that no service keeps a trail of.
CREATE TABLE operator_act (
    id uuid PRIMARY KEY,
    done_by uuid NOT NULL,
    done_at timestamptz NOT NULL,
    act text NOT NULL,
    about text NOT NULL,
    reason text NOT NULL
);

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format(
        'GRANT SELECT, INSERT, UPDATE, DELETE
        ON work_item, dead_letter, reconciliation, operator_act TO %I',
        current_database()
    );
END $$;

-- migrate:up

-- Statements of calendar months, by booking: what a wallet had when a month closed, counted from
-- its beginning, so that a month is the difference of two rows. Rows are never changed (A18).
CREATE TABLE statement (
    wallet bigint NOT NULL,
    period text NOT NULL CHECK (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    zone text NOT NULL,
    starts timestamptz NOT NULL,
    ends timestamptz NOT NULL,
    seq_to bigint NOT NULL,
    granted bigint NOT NULL,
    free bigint NOT NULL,
    held bigint NOT NULL,
    dormant bigint NOT NULL,
    captured bigint NOT NULL,
    expired bigint NOT NULL,
    clawed_back bigint NOT NULL,
    credited_back bigint NOT NULL,
    adjusted bigint NOT NULL,
    debt bigint NOT NULL,
    absorbed bigint NOT NULL,
    PRIMARY KEY (wallet, period),
    CONSTRAINT statement_runs_forward CHECK (starts < ends),
    CONSTRAINT statement_conserves CHECK (
        granted + debt + credited_back
        = free + dormant + held + captured + expired + clawed_back + adjusted
    )
);

-- The same for each lot that was open or had changed since the month before.
CREATE TABLE lot_closing (
    wallet bigint NOT NULL,
    period text NOT NULL,
    lot bigint NOT NULL,
    expires_at timestamptz,
    granted bigint NOT NULL,
    free bigint NOT NULL,
    held bigint NOT NULL,
    dormant bigint NOT NULL,
    captured bigint NOT NULL,
    expired bigint NOT NULL,
    clawed_back bigint NOT NULL,
    credited_back bigint NOT NULL,
    adjusted bigint NOT NULL,
    owed bigint NOT NULL,
    PRIMARY KEY (wallet, period, lot),
    CONSTRAINT lot_closing_conserves CHECK (
        granted + owed + credited_back
        = free + dormant + held + captured + expired + clawed_back + adjusted
    )
);
CREATE INDEX lot_closing_of_a_lot ON lot_closing (wallet, lot, period);

-- What each person had used by then, less what was credited back, for those who used anything
-- since the month before, and always for whoever owns or administers the wallet (T15).
CREATE TABLE person_closing (
    wallet bigint NOT NULL,
    period text NOT NULL,
    person uuid NOT NULL,
    role text NOT NULL,
    captured bigint NOT NULL,
    PRIMARY KEY (wallet, period, person)
);
CREATE INDEX person_closing_of_a_person ON person_closing (wallet, person, period);

-- Wallets whose month is over; one that never had a batch has none. The predicate names no column
-- that changes with every batch.
CREATE INDEX wallet_period_ends ON wallet (period_ends) WHERE period_ends > '1970-01-01T00:00:00Z';

-- Lists of the holds in one state, page by page.
CREATE INDEX hold_state ON hold (wallet, state, id);

GRANT SELECT, INSERT ON statement, lot_closing, person_closing TO coffer_credit_ledger;

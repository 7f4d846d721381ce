-- migrate:up

-- On a ledger that has run: stop its engines first, for they do not keep the accounts of lots that
-- the checks below ask for. What is long is one pass over the journal for `lot` and one over `hold`
-- that writes every row; both tables are locked from here to the end of this file.

-- An own wallet is closed while its account is a Member, or a Guest with access to a pool: then
-- nothing in it is free (R28, R36). `terms` are what the organization agreed on, as JSON.
ALTER TABLE wallet
ADD COLUMN closed_by uuid,
ADD COLUMN closed_role text,
ADD COLUMN epoch bigint NOT NULL DEFAULT 0,
ADD COLUMN terms text NOT NULL DEFAULT '{}',
ADD COLUMN mark bigint NOT NULL DEFAULT 0,
ADD COLUMN told smallint NOT NULL DEFAULT 0,
ADD COLUMN capped_jobs bigint NOT NULL DEFAULT 0,
ADD COLUMN closed_until timestamptz NOT NULL DEFAULT '1970-01-01T00:00:00Z',
ADD COLUMN period_ends timestamptz NOT NULL DEFAULT '1970-01-01T00:00:00Z',
ADD CONSTRAINT wallet_closed_for_a_role CHECK ((closed_by IS NULL) = (closed_role IS NULL))
NOT VALID,
ADD CONSTRAINT wallet_closed_has_nothing_free CHECK (closed_by IS NULL OR free = 0) NOT VALID;

-- A lot keeps the same accounts as its wallet, and conserves as its wallet does (I12).
ALTER TABLE lot
ADD COLUMN dormant bigint NOT NULL DEFAULT 0,
ADD COLUMN captured bigint NOT NULL DEFAULT 0,
ADD COLUMN expired bigint NOT NULL DEFAULT 0,
ADD COLUMN clawed_back bigint NOT NULL DEFAULT 0,
ADD COLUMN credited_back bigint NOT NULL DEFAULT 0,
ADD COLUMN adjusted bigint NOT NULL DEFAULT 0,
ADD COLUMN owed bigint NOT NULL DEFAULT 0,
ADD COLUMN dormant_since timestamptz,
ADD COLUMN withheld boolean NOT NULL DEFAULT FALSE,
ADD COLUMN noticed boolean NOT NULL DEFAULT FALSE,
-- squawk-ignore ban-drop-constraint
DROP CONSTRAINT lot_open_while_it_holds_credits,
-- squawk-ignore ban-drop-constraint
DROP CONSTRAINT lot_granted_check;
UPDATE lot SET captured = moved.captured, expired = moved.expired
FROM (
    SELECT
        wallet,
        lot,
        coalesce(sum(amount) FILTER (WHERE dst = 4), 0) AS captured,
        coalesce(sum(amount) FILTER (WHERE dst = 5), 0) AS expired
    FROM journal
    GROUP BY wallet, lot
) AS moved
WHERE lot.wallet = moved.wallet AND lot.number = moved.lot;
ALTER TABLE lot
ADD CONSTRAINT lot_open_while_it_holds_credits
CHECK (open = (free + held + dormant > 0)) NOT VALID,
ADD CONSTRAINT lot_below_zero
CHECK (granted >= 0 AND dormant >= 0 AND captured >= 0 AND expired >= 0 AND clawed_back >= 0)
NOT VALID,
ADD CONSTRAINT lot_conserves CHECK (
    granted + owed + credited_back
    = free + dormant + held + captured + expired + clawed_back + adjusted
) NOT VALID;

-- An epoch begins with each change of access; a count with each restart of the quota's use.
ALTER TABLE access
ADD COLUMN epoch bigint NOT NULL DEFAULT 0,
ADD COLUMN count bigint NOT NULL DEFAULT 0,
ADD COLUMN period text,
ADD COLUMN renews_at timestamptz,
ADD COLUMN told smallint NOT NULL DEFAULT 0,
ADD CONSTRAINT access_renews_by_a_period CHECK ((period IS NULL) = (renews_at IS NULL)) NOT VALID;

-- `counts` say in which count each draw was authorized; `spent_*` what was captured, by lot.
ALTER TABLE hold
ADD COLUMN metered bigint NOT NULL DEFAULT 0,
ADD COLUMN epoch bigint NOT NULL DEFAULT 0,
ADD COLUMN work text,
ADD COLUMN counts bigint [] NOT NULL DEFAULT '{}',
ADD COLUMN spent_lots bigint [] NOT NULL DEFAULT '{}',
ADD COLUMN spent_amounts bigint [] NOT NULL DEFAULT '{}',
ADD COLUMN spent_counts bigint [] NOT NULL DEFAULT '{}';
UPDATE hold SET counts = array_fill(0::bigint, ARRAY[cardinality(lots)])
WHERE lots <> '{}';
UPDATE hold SET spent_lots = spent.lots, spent_amounts = spent.amounts, spent_counts = spent.counts
FROM (
    SELECT
        wallet,
        hold,
        array_agg(lot) AS lots,
        array_agg(amount) AS amounts,
        array_agg(0::bigint) AS counts
    FROM (
        SELECT
            wallet,
            hold,
            lot,
            sum(amount)::bigint AS amount
        FROM journal
        WHERE hold IS NOT NULL AND src = 3 AND dst = 4
        GROUP BY wallet, hold, lot
    ) AS part
    GROUP BY wallet, hold
) AS spent
WHERE hold.wallet = spent.wallet AND hold.id = spent.hold;
CREATE INDEX hold_job ON hold (wallet, job) WHERE job IS NOT NULL;

-- What a name meant before it moved: a command sent again under it was decided there (T16).
CREATE TABLE wallet_name_past (
    owner uuid NOT NULL,
    wallet bigint NOT NULL,
    PRIMARY KEY (owner, wallet)
);

-- What work a command paid for, where the caller said so; the journal carries money alone.
CREATE TABLE work (
    wallet bigint NOT NULL,
    command uuid NOT NULL,
    job text,
    project text,
    product text,
    node text,
    node_class text,
    frame_first bigint,
    frame_last bigint,
    tags text,
    occurred_at timestamptz,
    quantity bigint,
    unit text,
    rate bigint,
    PRIMARY KEY (wallet, command)
);
-- What a job took before it got a cap, by its holds and by its usage lines, counts as well.
CREATE INDEX work_job ON work (wallet, job) WHERE job IS NOT NULL;

-- Who was what in an organization, and when; the orders of a time are decided by its roles (T17).
CREATE TABLE role_interval (
    wallet bigint NOT NULL,
    person uuid NOT NULL,
    role text NOT NULL CHECK (role IN ('ADMINISTRATOR', 'MEMBER', 'GUEST')),
    since timestamptz NOT NULL,
    until timestamptz,
    PRIMARY KEY (wallet, person, since)
);
CREATE INDEX role_interval_person ON role_interval (person, since);

-- Orders placed with us, and the wallet they were decided for (A14).
CREATE TABLE placed_order (
    store text NOT NULL,
    order_id text NOT NULL,
    wallet bigint NOT NULL,
    account uuid NOT NULL,
    command uuid NOT NULL,
    content bigint NOT NULL,
    placed_at timestamptz NOT NULL,
    PRIMARY KEY (store, order_id)
);

-- Where the credits of an order line go is decided once: names may move later (T16).
ALTER TABLE order_line
ADD COLUMN wallet bigint,
ADD COLUMN withheld boolean NOT NULL DEFAULT FALSE;
UPDATE order_line SET wallet = lot.wallet
FROM lot
WHERE
    lot.store = order_line.store AND lot.order_id = order_line.order_id
    AND lot.line_no = order_line.line_no;
-- One lot per order line in all wallets together (I8); ours are filed under names of our own.
CREATE UNIQUE INDEX lot_of_one_order_line ON lot (store, order_id, line_no)
WHERE store NOT IN ('trial', 'opening', 'credit_back', 'adjustment');

-- Paid orders whose time the copy of memberships does not cover yet.
CREATE TABLE parked_order (
    id uuid PRIMARY KEY,
    placed_at timestamptz NOT NULL,
    body text NOT NULL
);
CREATE INDEX parked_order_placed_at ON parked_order (placed_at);

-- What the store took back, whether or not its payment has come (T20); `wallet` is where it was
-- taken from, none until then.
CREATE TABLE order_refund (
    store text NOT NULL,
    order_id text NOT NULL,
    line_no bigint NOT NULL,
    refund_id text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    reason text NOT NULL CHECK (reason IN ('refunded', 'charged_back')),
    command uuid NOT NULL UNIQUE,
    heard_at timestamptz NOT NULL,
    wallet bigint,
    PRIMARY KEY (store, order_id, line_no, refund_id)
);

-- Which account had the trial credits of which offer: once each, whatever wallet it has (A15).
CREATE TABLE trial (
    account uuid NOT NULL,
    offer text NOT NULL,
    wallet bigint NOT NULL,
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (account, offer)
);

-- Balances that came from another ledger, each under a reference of its own.
CREATE TABLE opening_balance (
    wallet bigint NOT NULL,
    reference text NOT NULL,
    content bigint NOT NULL,
    lot bigint NOT NULL,
    brought_by uuid,
    note text,
    brought_at timestamptz NOT NULL,
    PRIMARY KEY (wallet, reference)
);

-- Withheld lots that an operator gave free, and why (A17, T18).
CREATE TABLE released_lot (
    wallet bigint NOT NULL,
    command uuid NOT NULL,
    lot bigint NOT NULL,
    released_by uuid NOT NULL,
    reason text NOT NULL,
    released_at timestamptz NOT NULL,
    PRIMARY KEY (wallet, command)
);

-- Jobs with a cap of their own, and what their holds and usage lines took of it.
CREATE TABLE job (
    wallet bigint NOT NULL,
    name text NOT NULL,
    cap bigint NOT NULL CHECK (cap > 0),
    held bigint NOT NULL CHECK (held >= 0),
    captured bigint NOT NULL CHECK (captured >= 0),
    PRIMARY KEY (wallet, name)
);

-- Counts of a quota's use that ended with a restart, a period or a removal; `seq_to` is the last of
-- the wallet's rows that may count in it, for a batch books all its rows at one moment.
CREATE TABLE quota_count (
    wallet bigint NOT NULL,
    person uuid NOT NULL,
    count bigint NOT NULL,
    mode text NOT NULL,
    quota bigint,
    captured bigint NOT NULL CHECK (captured >= 0),
    held bigint NOT NULL CHECK (held >= 0),
    ended_at timestamptz NOT NULL,
    seq_to bigint NOT NULL,
    PRIMARY KEY (wallet, person, count)
);

-- What was credited back of a usage line that had no hold (A19).
CREATE TABLE credited (
    wallet bigint NOT NULL,
    command uuid NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    PRIMARY KEY (wallet, command)
);

-- A Member or Guest asks for access or for more; the Administrator decides.
CREATE TABLE request (
    wallet bigint NOT NULL,
    id uuid NOT NULL,
    person uuid NOT NULL,
    mode text NOT NULL CHECK (mode IN ('unlimited', 'quota')),
    quota bigint CHECK (quota > 0),
    reason text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'approved', 'declined')),
    asked_at timestamptz NOT NULL,
    -- What was set may be another quota than was asked for.
    quota_set bigint,
    decided_by uuid,
    decided_at timestamptz,
    answer text,
    PRIMARY KEY (wallet, id)
);
CREATE INDEX request_state ON request (wallet, state, id);

-- Adjustments by hand: who asked, and who confirmed what one operator alone may not (A17).
CREATE TABLE adjustment (
    wallet bigint NOT NULL,
    id uuid NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    direction text NOT NULL CHECK (direction IN ('add', 'remove')),
    reason text NOT NULL,
    expires_at timestamptz,
    asked_by uuid NOT NULL,
    confirmed_by uuid,
    asked_at timestamptz NOT NULL,
    -- The command that booked it; none while it waits for the second operator.
    booked uuid,
    PRIMARY KEY (wallet, id)
);

-- What a unit of work costs, by node class, from a time on; a rate is never changed.
CREATE TABLE rate (
    wallet bigint NOT NULL,
    number bigint NOT NULL,
    node_class text NOT NULL,
    unit text NOT NULL,
    price bigint NOT NULL CHECK (price > 0),
    effective_from timestamptz NOT NULL,
    set_by uuid,
    set_at timestamptz NOT NULL,
    PRIMARY KEY (wallet, number)
);

GRANT SELECT, INSERT ON wallet_name_past TO coffer_credit_ledger;
GRANT SELECT, INSERT ON work, placed_order, order_refund, adjustment, rate, trial, opening_balance,
released_lot TO coffer_credit_ledger;
GRANT UPDATE ON adjustment TO coffer_credit_ledger;
GRANT UPDATE (wallet) ON order_refund TO coffer_credit_ledger;
GRANT UPDATE (wallet, withheld) ON order_line TO coffer_credit_ledger;
GRANT SELECT, INSERT, UPDATE ON role_interval, job, quota_count, credited, request
TO coffer_credit_ledger;
GRANT SELECT, INSERT, DELETE ON parked_order TO coffer_credit_ledger;

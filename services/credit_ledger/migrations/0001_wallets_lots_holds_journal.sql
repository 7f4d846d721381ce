-- migrate:up

-- One bag of credits: an account's own wallet, or an organization's pool. The number carries the
-- database in its high 16 bits, so that a moved wallet keeps it; the uuid is its name outside.
CREATE SEQUENCE wallet_id AS bigint MINVALUE 281474976710656 START 281474976710656;

CREATE TABLE wallet (
    id bigint PRIMARY KEY DEFAULT nextval('wallet_id'),
    uid uuid NOT NULL UNIQUE,
    kind text NOT NULL CHECK (kind IN ('ACCOUNT', 'ORGANIZATION')),
    owner uuid NOT NULL UNIQUE,
    version bigint NOT NULL DEFAULT 0,
    seq bigint NOT NULL DEFAULT 0,
    fact_sequence bigint NOT NULL DEFAULT 0,
    granted bigint NOT NULL DEFAULT 0 CHECK (granted >= 0),
    free bigint NOT NULL DEFAULT 0 CHECK (free >= 0),
    held bigint NOT NULL DEFAULT 0 CHECK (held >= 0),
    dormant bigint NOT NULL DEFAULT 0 CHECK (dormant >= 0),
    captured bigint NOT NULL DEFAULT 0 CHECK (captured >= 0),
    expired bigint NOT NULL DEFAULT 0 CHECK (expired >= 0),
    clawed_back bigint NOT NULL DEFAULT 0 CHECK (clawed_back >= 0),
    credited_back bigint NOT NULL DEFAULT 0 CHECK (credited_back >= 0),
    adjusted bigint NOT NULL DEFAULT 0,
    debt bigint NOT NULL DEFAULT 0 CHECK (debt >= 0),
    absorbed bigint NOT NULL DEFAULT 0 CHECK (absorbed >= 0),
    booked_at timestamptz NOT NULL DEFAULT '1970-01-01T00:00:00Z',
    head bytea NOT NULL DEFAULT '\x',
    next_expiry timestamptz,
    CONSTRAINT wallet_conserves CHECK (
        granted + debt + credited_back
        = free + dormant + held + captured + expired + clawed_back + adjusted
    ),
    CONSTRAINT wallet_in_debt_has_nothing_free CHECK (debt = 0 OR free = 0)
);
CREATE INDEX wallet_next_expiry ON wallet (next_expiry) WHERE next_expiry IS NOT NULL;

-- Every id that names a wallet: the account it belongs to, and the organization it became.
CREATE TABLE wallet_name (
    owner uuid PRIMARY KEY,
    wallet bigint NOT NULL REFERENCES wallet (id)
);
CREATE INDEX wallet_name_wallet ON wallet_name (wallet);

-- What one purchase left in a wallet; its number is the wallet's sequence of its grant.
CREATE TABLE lot (
    wallet bigint NOT NULL REFERENCES wallet (id),
    number bigint NOT NULL,
    category smallint NOT NULL CHECK (category IN (1, 2, 3)),
    granted bigint NOT NULL CHECK (granted > 0),
    free bigint NOT NULL CHECK (free >= 0),
    held bigint NOT NULL CHECK (held >= 0),
    granted_at timestamptz NOT NULL,
    expires_at timestamptz,
    store text NOT NULL,
    order_id text NOT NULL,
    line_no bigint NOT NULL,
    currency text,
    unit_price text,
    open boolean NOT NULL,
    PRIMARY KEY (wallet, number),
    CONSTRAINT lot_once_per_order_line UNIQUE (wallet, store, order_id, line_no),
    CONSTRAINT lot_open_while_it_holds_credits CHECK (open = (free + held > 0))
);
CREATE INDEX lot_open ON lot (wallet) WHERE open;

-- Who may draw on a wallet, how, and what each person used of it since the last restart.
CREATE TABLE access (
    wallet bigint NOT NULL REFERENCES wallet (id),
    person uuid NOT NULL,
    role text NOT NULL CHECK (role IN ('OWNER', 'ADMINISTRATOR', 'MEMBER', 'GUEST', 'REMOVED')),
    mode text NOT NULL CHECK (mode IN ('disabled', 'unlimited', 'quota')),
    quota bigint CHECK (quota > 0),
    captured bigint NOT NULL CHECK (captured >= 0),
    held bigint NOT NULL CHECK (held >= 0),
    PRIMARY KEY (wallet, person),
    CONSTRAINT access_has_a_quota_in_that_mode_alone CHECK ((mode = 'quota') = (quota IS NOT NULL))
);

-- Credits set aside for a job; its id is the authorize command's.
CREATE TABLE hold (
    wallet bigint NOT NULL REFERENCES wallet (id),
    id uuid NOT NULL,
    person uuid NOT NULL,
    authorized bigint NOT NULL CHECK (authorized > 0),
    held bigint NOT NULL CHECK (held >= 0),
    captured bigint NOT NULL CHECK (captured >= 0),
    -- 1 open, 2 captured, 3 voided, 4 expired
    state smallint NOT NULL CHECK (state IN (1, 2, 3, 4)),
    lease_until timestamptz NOT NULL,
    job text,
    lots bigint [] NOT NULL,
    amounts bigint [] NOT NULL,
    PRIMARY KEY (wallet, id),
    CONSTRAINT hold_never_captures_more CHECK (captured + held <= authorized),
    CONSTRAINT hold_keeps_nothing_once_closed CHECK (state = 1 OR held = 0)
);
CREATE INDEX hold_lease ON hold (lease_until) WHERE state = 1;

-- The books: each row moves an amount between two ledger accounts of one wallet. No foreign keys
-- and no third index: this is the hot table, and a wallet's row lock guards it.
CREATE TABLE journal (
    wallet bigint NOT NULL,
    seq bigint NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    balance bigint NOT NULL CHECK (balance >= 0),
    booked_at timestamptz NOT NULL,
    content bigint NOT NULL,
    lot bigint NOT NULL,
    person uuid,
    command uuid NOT NULL,
    hold uuid,
    part smallint NOT NULL,
    kind smallint NOT NULL,
    src smallint NOT NULL,
    dst smallint NOT NULL,
    PRIMARY KEY (wallet, seq),
    CONSTRAINT journal_once UNIQUE (wallet, command, part),
    CONSTRAINT journal_moves CHECK (src <> dst)
);

-- Verdicts that left no row in the journal: refusals, and what moved no credits.
CREATE TABLE verdict (
    wallet bigint NOT NULL,
    command uuid NOT NULL,
    content bigint NOT NULL,
    accepted boolean NOT NULL,
    result jsonb NOT NULL,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (wallet, command)
);

-- Captures and voids that overtook their authorize; they wait a minute for it.
CREATE TABLE parked_command (
    wallet bigint NOT NULL,
    command uuid NOT NULL,
    hold uuid NOT NULL,
    body text NOT NULL,
    reply_to text,
    until timestamptz NOT NULL,
    PRIMARY KEY (wallet, command)
);
CREATE INDEX parked_command_hold ON parked_command (wallet, hold);
CREATE INDEX parked_command_until ON parked_command (until);

-- One row per commit of the engine: which wallets, which rows, and the heads it left.
CREATE TABLE batch (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    worker smallint NOT NULL,
    committed_at timestamptz NOT NULL,
    commands bigint NOT NULL,
    duplicates bigint NOT NULL,
    wallets bigint [] NOT NULL,
    seqs_from bigint [] NOT NULL,
    seqs_to bigint [] NOT NULL,
    heads bytea [] NOT NULL
);

-- A store's order line, mapped once to the command that grants it.
CREATE TABLE order_line (
    store text NOT NULL,
    order_id text NOT NULL,
    line_no bigint NOT NULL,
    command uuid NOT NULL UNIQUE,
    content bigint NOT NULL,
    PRIMARY KEY (store, order_id, line_no)
);

-- The journal and the remembered verdicts are never changed by the application.
GRANT SELECT, INSERT ON journal, verdict, batch, order_line TO coffer_credit_ledger;
GRANT SELECT, INSERT, UPDATE ON wallet, wallet_name, lot, access, hold TO coffer_credit_ledger;
GRANT SELECT, INSERT, DELETE ON parked_command TO coffer_credit_ledger;
GRANT USAGE ON wallet_id TO coffer_credit_ledger;

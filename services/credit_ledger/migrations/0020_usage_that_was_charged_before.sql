-- migrate:up

-- Late captures that tell only of what the end of the lease had charged as metered (T29). They move
-- nothing, so that no row of the journal stands for them; reports tell of their work all the same.
-- Numbered by wallet under its lock: a number becomes visible after those before it.
CREATE TABLE covered_capture (
    wallet bigint NOT NULL,
    number bigint NOT NULL CHECK (number > 0),
    command uuid NOT NULL,
    hold uuid NOT NULL,
    booked_at timestamptz NOT NULL,
    PRIMARY KEY (wallet, number)
);

-- Up to which of them each wallet stands in `usage`, where their rows are numbered below zero.
ALTER TABLE usage_progress ADD COLUMN covered bigint NOT NULL DEFAULT 0;

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT ON covered_capture TO %I', current_database());
END $$;

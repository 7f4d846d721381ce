-- migrate:up

-- The remembered verdict of every command: one id, one verdict, whatever is sent again.
CREATE TABLE inbox (
    command uuid PRIMARY KEY,
    content bytea NOT NULL,
    verdict jsonb NOT NULL,
    decided_at timestamptz NOT NULL
);

-- The dense sequence of each subject this service speaks about.
CREATE TABLE subject (
    subject uuid PRIMARY KEY,
    sequence bigint NOT NULL CHECK (sequence > 0)
);

-- Everything this service ever said, by subject; bodies are large and read whole.
CREATE TABLE fact (
    subject uuid NOT NULL,
    sequence bigint NOT NULL CHECK (sequence > 0),
    id uuid NOT NULL,
    routing_key text NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (subject, sequence)
);
ALTER TABLE fact ALTER COLUMN body SET STORAGE EXTERNAL;

-- What the relay has still to publish; a row goes when the broker confirmed its fact.
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject uuid NOT NULL,
    sequence bigint NOT NULL
);

-- How far this service has heard each subject of the others.
CREATE TABLE heard (
    source text NOT NULL,
    subject uuid NOT NULL,
    sequence bigint NOT NULL,
    PRIMARY KEY (source, subject)
);

-- Facts that came before the one they follow.
CREATE TABLE parked_fact (
    source text NOT NULL,
    subject uuid NOT NULL,
    sequence bigint NOT NULL,
    body text NOT NULL,
    parked_at timestamptz NOT NULL,
    PRIMARY KEY (source, subject, sequence)
);

-- The application's role has the database's name; it never changes or forgets what was said.
DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT ON inbox, fact TO %I', current_database());
    EXECUTE format(
        'GRANT SELECT, INSERT, UPDATE, DELETE ON subject, outbox, heard, parked_fact TO %I',
        current_database()
    );
END $$;

-- migrate:up

-- Verdicts on checkouts, heartbeats above all, are remembered for some days alone. Their doors mark
-- them, for a refusal does not tell what was asked: many of its codes are also those of others.
ALTER TABLE inbox ADD COLUMN of_checkouts boolean NOT NULL DEFAULT FALSE;

-- The service itself never deletes a verdict: this forgets those alone, whatever it is given. By
-- id, for ids are in order of time: one that is older than this is stale when it comes.
-- As an array, for a join with as many as a plan must assume would read the whole table.
CREATE FUNCTION forget_checkouts(before uuid, at_most bigint) RETURNS bigint
LANGUAGE sql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    WITH old AS (
        SELECT command
        FROM inbox
        WHERE of_checkouts AND command < before
        ORDER BY command
        LIMIT at_most
        FOR UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM inbox WHERE command = ANY(ARRAY(SELECT command FROM old))
        RETURNING 1
    )
    SELECT count(*) FROM gone
$$;
REVOKE ALL ON FUNCTION forget_checkouts(uuid, bigint) FROM public;

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format(
        'GRANT EXECUTE ON FUNCTION forget_checkouts(uuid, bigint) TO %I', current_database()
    );
END $$;

-- migrate:up

-- As forget_refusals before, by where the rows lie: a join with as many rows as a plan must assume
-- would read every verdict there is, and those that were accepted stay for ever.
CREATE OR REPLACE FUNCTION forget_refusals(before timestamptz, at_most bigint) RETURNS bigint
LANGUAGE sql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    WITH old AS (
        SELECT ctid
        FROM verdict
        WHERE NOT accepted AND decided_at < before
        ORDER BY decided_at
        LIMIT at_most
        FOR UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM verdict WHERE ctid = ANY(ARRAY(SELECT ctid FROM old))
        RETURNING 1
    )
    SELECT count(*) FROM gone
$$;

-- migrate:up

-- The service may forget refusals past their time, and by this door alone: it owns the right to
-- delete, the service has none, and what was accepted does not pass.
CREATE FUNCTION forget_refusals(before timestamptz, at_most bigint) RETURNS bigint
LANGUAGE sql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    WITH old AS (
        SELECT wallet, command
        FROM verdict
        WHERE NOT accepted AND decided_at < before
        ORDER BY decided_at
        LIMIT at_most
        FOR UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM verdict
        USING old
        WHERE verdict.wallet = old.wallet AND verdict.command = old.command AND NOT accepted
        RETURNING 1
    )
    SELECT count(*) FROM gone
$$;
REVOKE ALL ON FUNCTION forget_refusals(timestamptz, bigint) FROM public;
GRANT EXECUTE ON FUNCTION forget_refusals(timestamptz, bigint) TO coffer_credit_ledger;

-- migrate:up

-- What each person's ended counts took together, so that closing a month reads one row a person
-- however many counts there were. The table of counts keeps it itself, whichever release writes.
-- Whoever has no row yet gets it with the sum of all his counts; two that make it at once wait for
-- each other, and the second adds what it brought alone.
CREATE TABLE ended_counts (
    wallet bigint NOT NULL,
    person uuid NOT NULL,
    captured bigint NOT NULL,
    PRIMARY KEY (wallet, person)
);

CREATE FUNCTION add_to_ended_counts() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
DECLARE
    added bigint := new.captured;
BEGIN
    IF tg_op = 'UPDATE' THEN
        added := new.captured - old.captured;
    END IF;
    UPDATE ended_counts SET captured = captured + added
    WHERE wallet = new.wallet AND person = new.person;
    IF NOT found THEN
        INSERT INTO ended_counts AS known (wallet, person, captured)
        SELECT new.wallet, new.person, sum(captured)
        FROM quota_count
        WHERE wallet = new.wallet AND person = new.person
        ON CONFLICT (wallet, person) DO UPDATE SET captured = known.captured + added;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER quota_count_adds_up
AFTER INSERT OR UPDATE OF captured ON quota_count
FOR EACH ROW EXECUTE FUNCTION add_to_ended_counts();

GRANT SELECT, INSERT, UPDATE ON ended_counts TO coffer_credit_ledger;

-- migrate:up

-- `stated`: nothing is left in the lot, and its last closing says all there is to say of it. Only
-- closing sets it; whatever changes the lot afterwards takes it away, whichever release writes.
-- `spendable`: some of it is free. Unknown of a lot that no batch has saved since, which is looked
-- at as before. Both are columns of their own, for an index whose predicate named an amount would
-- be written with every batch.
ALTER TABLE lot
ADD COLUMN stated boolean NOT NULL DEFAULT FALSE,
ADD COLUMN spendable boolean NOT NULL DEFAULT TRUE;

CREATE FUNCTION unstate_lot() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
BEGIN
    new.stated := FALSE;
    RETURN new;
END
$$;

CREATE TRIGGER lot_changed_since_stated
BEFORE UPDATE ON lot
FOR EACH ROW WHEN (old.stated AND new.stated) EXECUTE FUNCTION unstate_lot();

-- Few lots: those with credits that somebody could lose soon. `lot_to_announce` stays for the
-- release that still asks by it.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX lot_to_warn_of ON lot (expires_at) WHERE spendable AND open AND NOT noticed;

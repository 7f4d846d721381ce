-- migrate:up transaction:false

-- In batches, each in a commit of its own, of some hundredths of a second. People are summed under
-- their wallets' locks, in the order in which engines take them; lots that an engine is about to
-- save are passed over, for unknown is as good as before. Run again, it goes on.
DO $$
DECLARE
    many CONSTANT integer := 500;
    at_wallet bigint := 0;
    at_person uuid := '00000000-0000-0000-0000-000000000000';
    at_lot bigint := 0;
BEGIN
    LOOP
        PERFORM FROM wallet
        WHERE id IN (
            SELECT wallet
            FROM access
            WHERE (wallet, person) > (at_wallet, at_person)
            ORDER BY wallet, person
            LIMIT many
        )
        ORDER BY id
        FOR UPDATE;
        WITH batch AS (
            SELECT wallet, person
            FROM access
            WHERE (wallet, person) > (at_wallet, at_person)
            ORDER BY wallet, person
            LIMIT many
        ), filled AS (
            INSERT INTO ended_counts (wallet, person, captured)
            SELECT batch.wallet, batch.person, counted.captured
            FROM batch
            CROSS JOIN LATERAL (
                SELECT sum(ended.captured) AS captured
                FROM quota_count AS ended
                WHERE ended.wallet = batch.wallet AND ended.person = batch.person
            ) AS counted
            WHERE counted.captured IS NOT NULL
            ON CONFLICT DO NOTHING
        )
        SELECT wallet, person INTO at_wallet, at_person
        FROM batch
        ORDER BY wallet DESC, person DESC
        LIMIT 1;
        EXIT WHEN at_wallet IS NULL;
        COMMIT;
    END LOOP;

    at_wallet := 0;
    LOOP
        WITH batch AS (
            SELECT wallet, number
            FROM lot
            WHERE (wallet, number) > (at_wallet, at_lot)
            ORDER BY wallet, number
            LIMIT many
            FOR UPDATE SKIP LOCKED
        ), seen AS (
            UPDATE lot SET spendable = lot.free > 0, stated = NOT lot.open AND EXISTS (
                SELECT FROM (
                    SELECT * FROM lot_closing AS closing
                    WHERE closing.wallet = lot.wallet AND closing.lot = lot.number
                    ORDER BY closing.period DESC
                    LIMIT 1
                ) AS last
                WHERE (
                    last.captured, last.expired, last.clawed_back, last.credited_back,
                    last.adjusted, last.owed, last.free, last.held, last.dormant
                ) = (
                    lot.captured, lot.expired, lot.clawed_back, lot.credited_back,
                    lot.adjusted, lot.owed, 0, 0, 0
                )
            )
            FROM batch
            WHERE lot.wallet = batch.wallet AND lot.number = batch.number AND NOT lot.stated
        )
        SELECT wallet, number INTO at_wallet, at_lot
        FROM batch
        ORDER BY wallet DESC, number DESC
        LIMIT 1;
        EXIT WHEN at_wallet IS NULL;
        COMMIT;
    END LOOP;
END
$$;

"""The statements that write a batch, each in one round trip whatever its size."""

SAVE_STATE = """
WITH wallets AS (
    UPDATE wallet SET
        version = new.version, seq = new.seq, fact_sequence = new.fact_sequence,
        granted = new.granted, free = new.free, held = new.held, dormant = new.dormant,
        captured = new.captured, expired = new.expired, clawed_back = new.clawed_back,
        credited_back = new.credited_back, adjusted = new.adjusted, debt = new.debt,
        absorbed = new.absorbed, booked_at = new.booked_at, head = new.head,
        next_expiry = new.next_expiry, closed_by = new.closed_by, closed_role = new.closed_role,
        epoch = new.epoch, mark = new.mark, told = new.told, capped_jobs = new.capped_jobs,
        closed_until = new.closed_until, period_ends = new.period_ends, terms = new.terms
    FROM unnest(
        $1::bigint [], $2::bigint [], $3::bigint [], $4::bigint [], $5::bigint [], $6::bigint [],
        $7::bigint [], $8::bigint [], $9::bigint [], $10::bigint [], $11::bigint [],
        $12::bigint [], $13::bigint [], $14::bigint [], $15::bigint [], $16::timestamptz [],
        $17::bytea [], $18::timestamptz [], $19::uuid [], $20::text [], $21::bigint [],
        $22::bigint [], $23::smallint [], $24::bigint [], $25::timestamptz [],
        $26::timestamptz [], $27::text []
    ) AS new (
        id, version, seq, fact_sequence, granted, free, held, dormant, captured, expired,
        clawed_back, credited_back, adjusted, debt, absorbed, booked_at, head, next_expiry,
        closed_by, closed_role, epoch, mark, told, capped_jobs, closed_until, period_ends, terms
    )
    WHERE wallet.id = new.id
), lots AS (
    INSERT INTO lot (
        wallet, number, category, granted, free, held, granted_at, expires_at, store, order_id,
        line_no, currency, unit_price, dormant, captured, expired, clawed_back, credited_back,
        adjusted, owed, dormant_since, withheld, noticed, open, spendable
    )
    SELECT new.*, new.free + new.held + new.dormant > 0, new.free > 0
    FROM unnest(
        $28::bigint [], $29::bigint [], $30::smallint [], $31::bigint [], $32::bigint [],
        $33::bigint [], $34::timestamptz [], $35::timestamptz [], $36::text [], $37::text [],
        $38::bigint [], $39::text [], $40::text [], $41::bigint [], $42::bigint [],
        $43::bigint [], $44::bigint [], $45::bigint [], $46::bigint [], $47::bigint [],
        $48::timestamptz [], $49::boolean [], $50::boolean []
    ) AS new (
        wallet, number, category, granted, free, held, granted_at, expires_at, store, order_id,
        line_no, currency, unit_price, dormant, captured, expired, clawed_back, credited_back,
        adjusted, owed, dormant_since, withheld, noticed
    )
    ON CONFLICT (wallet, number) DO UPDATE SET
        free = excluded.free, held = excluded.held, dormant = excluded.dormant,
        captured = excluded.captured, expired = excluded.expired,
        clawed_back = excluded.clawed_back, credited_back = excluded.credited_back,
        adjusted = excluded.adjusted, owed = excluded.owed, expires_at = excluded.expires_at,
        dormant_since = excluded.dormant_since, withheld = excluded.withheld,
        noticed = excluded.noticed, open = excluded.open, spendable = excluded.spendable
), people AS (
    INSERT INTO access (
        wallet, person, role, mode, quota, captured, held, epoch, count, period, renews_at, told
    )
    SELECT *
    FROM unnest(
        $51::bigint [], $52::uuid [], $53::text [], $54::text [], $55::bigint [], $56::bigint [],
        $57::bigint [], $58::bigint [], $59::bigint [], $60::text [], $61::timestamptz [],
        $62::smallint []
    )
    ON CONFLICT (wallet, person) DO UPDATE SET
        role = excluded.role, mode = excluded.mode, quota = excluded.quota,
        captured = excluded.captured, held = excluded.held, epoch = excluded.epoch,
        count = excluded.count, period = excluded.period, renews_at = excluded.renews_at,
        told = excluded.told
), facts AS (
    INSERT INTO fact (subject, sequence, id, routing_key, body)
    SELECT * FROM unnest($63::uuid [], $64::bigint [], $65::uuid [], $66::text [], $67::text [])
), said AS (
    INSERT INTO outbox (subject, sequence)
    SELECT * FROM unnest($63::uuid [], $64::bigint [])
)
INSERT INTO batch (
    worker, committed_at, commands, duplicates, wallets, seqs_from, seqs_to, heads
)
VALUES ($68, $69, $70, $71, $1, $72, $3, $17)
RETURNING id
"""

SAVE_HOLDS_AND_VERDICTS = """
WITH holds AS (
    INSERT INTO hold (
        wallet, id, person, authorized, held, captured, state, lease_until, job, metered, epoch,
        work, metered_by, charged_ahead, absorbed, lots, amounts, counts, spent_lots,
        spent_amounts, spent_counts
    )
    SELECT
        wallet, id, person, authorized, held, captured, state, lease_until, job, metered, epoch,
        work, metered_by, charged_ahead, absorbed, lots::bigint [], amounts::bigint [],
        counts::bigint [], spent_lots::bigint [], spent_amounts::bigint [],
        spent_counts::bigint []
    FROM unnest(
        $1::bigint [], $2::uuid [], $3::uuid [], $4::bigint [], $5::bigint [], $6::bigint [],
        $7::smallint [], $8::timestamptz [], $9::text [], $10::bigint [], $11::bigint [],
        $12::text [], $13::uuid [], $14::bigint [], $15::bigint [], $16::text [], $17::text [],
        $18::text [], $19::text [], $20::text [], $21::text []
    ) AS new (
        wallet, id, person, authorized, held, captured, state, lease_until, job, metered, epoch,
        work, metered_by, charged_ahead, absorbed, lots, amounts, counts, spent_lots,
        spent_amounts, spent_counts
    )
    ON CONFLICT (wallet, id) DO UPDATE SET
        authorized = excluded.authorized, held = excluded.held, captured = excluded.captured,
        state = excluded.state, lease_until = excluded.lease_until, metered = excluded.metered,
        metered_by = excluded.metered_by, charged_ahead = excluded.charged_ahead,
        absorbed = excluded.absorbed, lots = excluded.lots, amounts = excluded.amounts,
        counts = excluded.counts,
        spent_lots = excluded.spent_lots, spent_amounts = excluded.spent_amounts,
        spent_counts = excluded.spent_counts
), verdicts AS (
    INSERT INTO verdict (wallet, command, content, accepted, result, decided_at)
    SELECT wallet, command, content, accepted, result::jsonb, decided_at
    FROM unnest(
        $22::bigint [], $23::uuid [], $24::bigint [], $25::boolean [], $26::text [],
        $27::timestamptz []
    ) AS new (wallet, command, content, accepted, result, decided_at)
), parked AS (
    INSERT INTO parked_command (wallet, command, hold, body, reply_to, until, owner)
    SELECT *
    FROM unnest(
        $28::bigint [], $29::uuid [], $30::uuid [], $31::text [], $32::text [],
        $33::timestamptz [], $34::uuid []
    )
    ON CONFLICT DO NOTHING
)
DELETE FROM parked_command
USING unnest($35::bigint [], $36::uuid []) AS done (wallet, command)
WHERE parked_command.wallet = done.wallet AND parked_command.command = done.command
"""

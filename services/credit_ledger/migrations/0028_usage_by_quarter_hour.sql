-- migrate:up

-- What `usage` comes to in each quarter of an hour, for each person and, under the highest of all
-- ids, for everybody: a report over a million charges reads some thousand rows. Every zone's days
-- begin with one. It follows from `usage`, with which it is filled and emptied.
CREATE TABLE usage_sum (
    wallet bigint NOT NULL,
    person uuid NOT NULL,
    quarter timestamptz NOT NULL,
    charged numeric NOT NULL,
    absorbed numeric NOT NULL,
    credited_back numeric NOT NULL,
    lines bigint NOT NULL,
    ghz_hours numeric,
    core_hours numeric,
    gpu_hours numeric,
    frames numeric,
    PRIMARY KEY (wallet, person, quarter)
);

INSERT INTO usage_sum (
    wallet, person, quarter, charged, absorbed, credited_back, lines, ghz_hours, core_hours,
    gpu_hours, frames
)
SELECT
    wallet,
    person,
    date_bin('15 minutes', booked_at, '2000-01-01T00:00:00Z') AS quarter,
    coalesce(sum(amount) FILTER (WHERE kind = 1), 0) AS charged,
    coalesce(sum(amount) FILTER (WHERE kind = 2), 0) AS absorbed,
    coalesce(sum(amount) FILTER (WHERE kind = 3), 0) AS credited_back,
    count(*) FILTER (WHERE opens AND kind < 3) AS lines,
    sum(quantity) FILTER (WHERE unit = 'ghz_hour') AS ghz_hours,
    sum(quantity) FILTER (WHERE unit = 'core_hour') AS core_hours,
    sum(quantity) FILTER (WHERE unit = 'gpu_hour') AS gpu_hours,
    sum(quantity) FILTER (WHERE unit = 'frame') AS frames
FROM (
    SELECT
        wallet,
        person,
        booked_at,
        amount,
        kind,
        opens,
        quantity,
        unit
    FROM usage
    UNION ALL
    SELECT
        wallet,
        'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid AS person,
        booked_at,
        amount,
        kind,
        opens,
        quantity,
        unit
    FROM usage
) AS told
GROUP BY wallet, person, quarter;

GRANT SELECT, INSERT, UPDATE ON usage_sum TO coffer_credit_ledger;

-- migrate:up

-- Orders that were placed, and whether each is paid. Counted one by one: EXISTS may hash all
-- licenses for a page.
CREATE VIEW order_told AS
SELECT
    placed.store,
    placed.order_id,
    placed.account_id,
    placed.organization_id,
    placed.for_organization,
    placed.commercial,
    placed.placed_at,
    (
        SELECT count(*) FROM license
        WHERE
            license.store = placed.store AND license.order_id = placed.order_id
            AND license.account_id = placed.account_id
    ) > 0 AS paid
FROM order_placed AS placed;

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format('GRANT SELECT ON order_told TO %I', current_database());
END $$;

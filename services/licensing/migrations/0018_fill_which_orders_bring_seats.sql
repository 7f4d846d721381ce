-- migrate:up

-- What was paid tells by its licenses: who bought nothing but for his own use bought it for nobody
-- else. Rows alone are locked.
UPDATE order_placed
SET commercial = FALSE
WHERE
    NOT for_organization
    AND EXISTS (
        SELECT 1
        FROM license
        WHERE
            license.store = order_placed.store
            AND license.order_id = order_placed.order_id
            AND license.account_id = order_placed.account_id
    )
    AND NOT EXISTS (
        SELECT 1
        FROM license
        WHERE
            license.store = order_placed.store
            AND license.order_id = order_placed.order_id
            AND license.account_id = order_placed.account_id
            AND license.kind = 'COMMERCIAL'
    );

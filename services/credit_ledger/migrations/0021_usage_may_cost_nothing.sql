-- migrate:up

-- What was charged before it was told costs nothing now. Whatever is there already passed a
-- stricter check.
-- squawk-ignore ban-drop-constraint
ALTER TABLE usage DROP CONSTRAINT usage_amount_check;
ALTER TABLE usage ADD CONSTRAINT usage_costs_if_booked CHECK (
    CASE WHEN seq > 0 THEN amount > 0 ELSE amount = 0 END
) NOT VALID;

-- migrate:up

-- A dispute that was won: what the chargeback took can be given again.
-- Replaced below by a check that knows one kind more.
ALTER TABLE work_item
-- squawk-ignore ban-drop-constraint
DROP CONSTRAINT work_item_kind_check;
ALTER TABLE work_item ADD CONSTRAINT work_item_kind_check CHECK (
    kind IN ('withheld_credits', 'withheld_license', 'late_usage', 'adjustment', 'won_dispute')
) NOT VALID;

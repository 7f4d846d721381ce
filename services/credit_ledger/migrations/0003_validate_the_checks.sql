-- migrate:up

-- In a transaction of their own: validating reads every row, and blocks nobody.
ALTER TABLE wallet VALIDATE CONSTRAINT wallet_closed_for_a_role;
ALTER TABLE wallet VALIDATE CONSTRAINT wallet_closed_has_nothing_free;
ALTER TABLE lot VALIDATE CONSTRAINT lot_open_while_it_holds_credits;
ALTER TABLE lot VALIDATE CONSTRAINT lot_below_zero;
ALTER TABLE lot VALIDATE CONSTRAINT lot_conserves;
ALTER TABLE access VALIDATE CONSTRAINT access_renews_by_a_period;

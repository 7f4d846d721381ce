-- migrate:up

-- In a transaction of their own: validating reads every row, and blocks nobody.
ALTER TABLE product_seats VALIDATE CONSTRAINT product_seats_in_use;
ALTER TABLE product_seats VALIDATE CONSTRAINT product_seats_taken;

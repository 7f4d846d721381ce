-- migrate:up

-- Whether a commercial license is among an order's lines, of which nothing else is kept: that is
-- the organization's whose Administrator ordered, though he did so for himself (A13). Of an order
-- that was placed before nobody knows, so that it stays in sight.
ALTER TABLE order_placed ADD COLUMN commercial boolean NOT NULL DEFAULT TRUE;

-- migrate:up

-- Whose browser a draft was typed in: nobody else is shown it, whoever sent him its address.
ALTER TABLE draft ADD COLUMN browser_hash bytea;

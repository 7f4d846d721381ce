-- migrate:up

-- By which form the secret was made: sent twice it takes the place of its own secret, and not of
-- the former one, with which messages are signed until the receiver has the new one.
ALTER TABLE webhook ADD COLUMN secret_form uuid;

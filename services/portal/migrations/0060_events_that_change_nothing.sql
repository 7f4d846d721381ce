-- migrate:up

-- Why the services do not hear of what a store told us, for whoever asks later.
ALTER TABLE store_webhook
ADD COLUMN left_aside text CHECK (length(left_aside) BETWEEN 1 AND 200);

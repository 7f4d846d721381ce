-- migrate:up

-- What the organization that is asked for is to be called.
ALTER TABLE setup_request ADD COLUMN name text;

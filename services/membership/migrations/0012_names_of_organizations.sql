-- migrate:up

-- What people call an organization; until its Administrator says, it goes by who runs it.
ALTER TABLE organization ADD COLUMN name text;

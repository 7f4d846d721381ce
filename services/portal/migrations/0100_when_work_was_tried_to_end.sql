-- migrate:up

-- When it was tried last to end it: what cannot be ended yet lets the others by.
ALTER TABLE work_to_end ADD COLUMN tried_at timestamptz;

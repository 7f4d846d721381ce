-- migrate:up

-- When somebody wanted no further row of a table to be carried out; it may go on later.
ALTER TABLE upload ADD COLUMN stop_asked_at timestamptz;

-- A page makes tables too; whoever sent one by a page needs no letter when it is through.
ALTER TABLE upload ADD COLUMN is_file boolean NOT NULL DEFAULT TRUE;

-- migrate:up

-- Checked after it was added, so that reading the rows does not keep anybody waiting.
ALTER TABLE work_item VALIDATE CONSTRAINT work_item_kind_check;

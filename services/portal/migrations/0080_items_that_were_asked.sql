-- migrate:up

-- The one command that was asked for an item: whoever presses again asks the same once more.
ALTER TABLE work_item ADD COLUMN asked_as uuid;
CREATE UNIQUE INDEX work_item_asked ON work_item (asked_as);

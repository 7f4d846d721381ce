-- migrate:up

-- By which name a command came that waits for its hold: it follows that name (T16). Those that wait
-- already have none, stay where they are and are decided after their minute. What no contract takes
-- any more could not be read again then; its caller is told so when he asks.
ALTER TABLE parked_command ADD COLUMN owner uuid;
DELETE FROM parked_command
WHERE position('\u0000' IN body) > 0;

-- migrate:up

-- A removal waits until licensing and the ledger have said that they are done (T1); a Member who
-- becomes the Administrator leaves nothing behind and waits for nobody (T16).
ALTER TABLE membership
ADD COLUMN reason text CHECK (
    reason IN ('removed', 'left', 'role_changed', 'forgotten', 'promoted')
),
ADD COLUMN seats_released boolean NOT NULL DEFAULT FALSE,
ADD COLUMN access_released boolean NOT NULL DEFAULT FALSE;

UPDATE membership
SET reason = 'removed', seats_released = TRUE, access_released = TRUE
WHERE state = 'REMOVED';

-- Replaced below by checks that know the step between.
ALTER TABLE membership
-- squawk-ignore ban-drop-constraint
DROP CONSTRAINT membership_state_check,
-- squawk-ignore ban-drop-constraint
DROP CONSTRAINT membership_check1;

ALTER TABLE membership
ADD CONSTRAINT membership_state
CHECK (state IN ('ACTIVE', 'REMOVING', 'REMOVED')) NOT VALID,
ADD CONSTRAINT membership_ended
CHECK (
    (state = 'ACTIVE') = (removed_at IS NULL)
    AND (state = 'ACTIVE') = (reason IS NULL)
) NOT VALID,
ADD CONSTRAINT membership_removed
CHECK (
    state <> 'REMOVED' OR reason = 'promoted' OR (seats_released AND access_released)
) NOT VALID;

CREATE INDEX membership_removing ON membership (removed_at) WHERE state = 'REMOVING';

-- migrate:up

-- Who made an organization is kept beside who administers it now: what he bought before it arose
-- is its own (A13), what a later Administrator bought before he was one is not.
ALTER TABLE organization
ADD COLUMN founder_id uuid,
ADD COLUMN state text NOT NULL DEFAULT 'ACTIVE';

UPDATE organization SET founder_id = administrator_id;

ALTER TABLE organization
ADD CONSTRAINT organization_has_a_founder CHECK (founder_id IS NOT NULL) NOT VALID,
ADD CONSTRAINT organization_state CHECK (state IN ('ACTIVE', 'LAPSED')) NOT VALID;

-- Somebody may take one organization over a moment after he gave another away, and we may hear of
-- it in the other order: organizations speak each for itself. Membership keeps R5.
ALTER TABLE organization
-- squawk-ignore ban-drop-constraint
DROP CONSTRAINT organization_administrator_id_key;

CREATE INDEX organization_administrator ON organization (administrator_id);
CREATE INDEX organization_founder ON organization (founder_id);

-- Who is in stands in role_held.
-- squawk-ignore ban-drop-table
DROP TABLE member;

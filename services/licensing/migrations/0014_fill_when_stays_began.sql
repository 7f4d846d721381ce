-- migrate:up

-- After both tables were given back: this locks rows alone, and reading goes on. Roles whose
-- beginning was not kept (0004) tell nothing.
UPDATE assignment
SET role_began_at = role_held.began_at
FROM role_held
WHERE
    assignment.state = 'ACTIVE'
    AND role_held.organization_id = assignment.organization_id
    AND role_held.account_id = assignment.account_id
    AND role_held.ended_at IS NULL
    AND role_held.began_at > '1970-01-01T00:00:00Z'::timestamptz;

UPDATE floating_person
SET role_began_at = role_held.began_at
FROM role_held
WHERE
    role_held.organization_id = floating_person.organization_id
    AND role_held.account_id = floating_person.account_id
    AND role_held.ended_at IS NULL
    AND role_held.began_at > '1970-01-01T00:00:00Z'::timestamptz;

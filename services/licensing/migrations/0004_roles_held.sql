-- migrate:up

-- Our copy of who was what in which organization, and when: from began_at until before ended_at.
-- No foreign key, for it may be ahead of the organizations.
CREATE TABLE role_held (
    organization_id uuid NOT NULL,
    account_id uuid NOT NULL,
    role text NOT NULL CHECK (role IN ('ADMINISTRATOR', 'MEMBER', 'GUEST')),
    began_at timestamptz NOT NULL,
    ended_at timestamptz CHECK (ended_at >= began_at),
    PRIMARY KEY (organization_id, account_id, role, began_at)
);
CREATE INDEX role_held_account ON role_held (account_id);

-- Nobody is two things at once in an organization (R6), nor does it have two Administrators (R7).
CREATE UNIQUE INDEX role_held_one ON role_held (organization_id, account_id)
WHERE ended_at IS NULL;
CREATE UNIQUE INDEX role_held_administrator ON role_held (organization_id)
WHERE ended_at IS NULL AND role = 'ADMINISTRATOR';

-- Accounts that are registered; an invited one is not, and may use nothing yet (T32).
CREATE TABLE registered_account (
    account_id uuid PRIMARY KEY
);

-- What was not kept so far is taken to have been so always; a rebuilt copy knows better.
INSERT INTO role_held (organization_id, account_id, role, began_at)
SELECT
    organization_id,
    account_id,
    'MEMBER' AS role,
    '1970-01-01T00:00:00Z'::timestamptz AS began_at
FROM member
UNION ALL
SELECT
    id,
    administrator_id,
    'ADMINISTRATOR' AS role,
    '1970-01-01T00:00:00Z'::timestamptz AS began_at
FROM organization;

INSERT INTO registered_account (account_id)
SELECT DISTINCT account_id
FROM role_held;

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format(
        'GRANT SELECT, INSERT, UPDATE, DELETE ON role_held TO %I', current_database()
    );
    EXECUTE format(
        'GRANT SELECT, INSERT, DELETE ON registered_account TO %I', current_database()
    );
END $$;

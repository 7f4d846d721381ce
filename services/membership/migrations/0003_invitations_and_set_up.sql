-- migrate:up

-- An invited address is an account without a name that is not registered yet (T32); of a forgotten
-- one nothing is left but its ids and its number (A20).
ALTER TABLE account
-- squawk-ignore ban-drop-not-null
ALTER COLUMN email DROP NOT NULL,
-- squawk-ignore ban-drop-not-null
ALTER COLUMN email_folded DROP NOT NULL,
-- squawk-ignore ban-drop-not-null
ALTER COLUMN name DROP NOT NULL,
-- squawk-ignore ban-drop-not-null
ALTER COLUMN registered_at DROP NOT NULL,
ADD COLUMN forgotten_at timestamptz,
ADD CONSTRAINT account_forgotten_has_no_address CHECK (
    (email IS NULL) = (forgotten_at IS NOT NULL)
    AND (email_folded IS NULL) = (forgotten_at IS NOT NULL)
) NOT VALID,
ADD CONSTRAINT account_named_once_registered CHECK (
    (name IS NULL) = (registered_at IS NULL OR forgotten_at IS NOT NULL)
) NOT VALID;

-- It lives by its commercial licenses (R3) or by an operator's word (R10). Its invoices go to the
-- Administrator, unless he who handed it over keeps them (T16).
ALTER TABLE organization
ADD COLUMN origin text NOT NULL DEFAULT 'LICENSE' CHECK (origin IN ('LICENSE', 'CONFIRMED')),
ADD COLUMN invoices_to uuid,
ADD CONSTRAINT organization_invoices_to FOREIGN KEY (invoices_to) REFERENCES account (id)
NOT VALID;
CREATE INDEX organization_invoices ON organization (invoices_to) WHERE invoices_to IS NOT NULL;

-- Somebody asks for an organization without a commercial license (R8); `organization_id` is what
-- it will be called once an operator has confirmed it.
CREATE TABLE setup_request (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL UNIQUE,
    account_id uuid NOT NULL REFERENCES account (id),
    requested_by uuid NOT NULL REFERENCES account (id),
    state text NOT NULL CHECK (state IN ('PENDING_CONFIRMATION', 'CONFIRMED', 'REJECTED')),
    requested_at timestamptz NOT NULL,
    decided_at timestamptz,
    CHECK ((state = 'PENDING_CONFIRMATION') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX setup_request_pending ON setup_request (account_id)
WHERE state = 'PENDING_CONFIRMATION';
CREATE INDEX setup_request_waiting ON setup_request (id) WHERE state = 'PENDING_CONFIRMATION';
CREATE INDEX setup_request_account ON setup_request (account_id);
CREATE INDEX setup_request_by ON setup_request (requested_by);

-- A license that was bought for an organization, or made one, is that organization's (A13).
ALTER TABLE held_license ADD COLUMN organization_id uuid;
UPDATE held_license SET organization_id = organization.id
FROM organization
WHERE
    held_license.kind = 'COMMERCIAL'
    AND organization.administrator_id = held_license.account_id;
CREATE INDEX held_license_organization ON held_license (organization_id)
WHERE organization_id IS NOT NULL;

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON setup_request TO %I', current_database());
END $$;

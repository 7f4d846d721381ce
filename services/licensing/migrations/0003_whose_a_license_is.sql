-- migrate:up

-- Whose a license is, fixed when it is paid or when its buyer's organization arises (A13); nobody's
-- but his own without one. `withheld` is one that a Member paid for though he may not buy (R29).
ALTER TABLE license
ADD COLUMN organization_id uuid,
ADD COLUMN placed_at timestamptz,
ADD COLUMN withheld boolean NOT NULL DEFAULT FALSE;

UPDATE license
SET organization_id = organization.id
FROM organization
WHERE organization.administrator_id = license.account_id AND license.kind = 'COMMERCIAL';

-- Nobody's trial is an organization's, and what is withheld is a person's.
ALTER TABLE license
ADD CONSTRAINT license_of_an_organization_was_bought_for_it
CHECK (
    organization_id IS NULL OR (kind IN ('COMMERCIAL', 'EDU') AND NOT withheld)
) NOT VALID;

CREATE INDEX license_organization ON license (organization_id, product)
WHERE organization_id IS NOT NULL;

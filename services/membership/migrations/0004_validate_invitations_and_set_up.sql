-- migrate:up

-- On their own, so that rows are read without keeping writers out.
ALTER TABLE account VALIDATE CONSTRAINT account_forgotten_has_no_address;
ALTER TABLE account VALIDATE CONSTRAINT account_named_once_registered;
ALTER TABLE organization VALIDATE CONSTRAINT organization_invoices_to;

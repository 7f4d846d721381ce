-- migrate:up

-- In a transaction of their own: validating reads every row, and blocks nobody.
ALTER TABLE license VALIDATE CONSTRAINT license_of_an_organization_was_bought_for_it;
ALTER TABLE organization VALIDATE CONSTRAINT organization_has_a_founder;
ALTER TABLE organization VALIDATE CONSTRAINT organization_state;

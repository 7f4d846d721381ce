-- migrate:up

-- On their own, so that rows are read without keeping writers out.
ALTER TABLE membership VALIDATE CONSTRAINT membership_state;
ALTER TABLE membership VALIDATE CONSTRAINT membership_ended;
ALTER TABLE membership VALIDATE CONSTRAINT membership_removed;

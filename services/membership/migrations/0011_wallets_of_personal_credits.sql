-- migrate:up

-- Whose wallet told it: of one that became a pool nothing is known any more. Absent where it was
-- heard before this; a rebuild drops what nobody told again.
ALTER TABLE personal_credits ADD COLUMN wallet uuid;

-- migrate:up

-- Since when whoever may float had his role then, as of a seat (T30).
ALTER TABLE floating_person ADD COLUMN role_began_at timestamptz;

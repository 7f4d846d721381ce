-- migrate:up

-- Since when whoever was given a seat had his role then: a removal takes what was given before it
-- and nothing that was given since, in whatever order we learn of them (T30).
ALTER TABLE assignment ADD COLUMN role_began_at timestamptz;

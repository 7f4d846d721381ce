-- migrate:up

-- Our copy of the seats that people have, as licensing told us.
CREATE TABLE held_seat (
    organization_id uuid NOT NULL,
    account_id uuid NOT NULL,
    product text NOT NULL,
    PRIMARY KEY (organization_id, account_id, product)
);

-- Our copy of who has credits of his own to spend, as the ledger told us.
CREATE TABLE personal_credits (
    account_id uuid PRIMARY KEY,
    active boolean NOT NULL
);

-- The application's role has the database's name.
DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON held_seat TO %I', current_database());
    EXECUTE format(
        'GRANT SELECT, INSERT, UPDATE, DELETE ON personal_credits TO %I', current_database()
    );
END $$;

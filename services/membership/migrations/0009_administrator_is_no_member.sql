-- migrate:up

-- One account has one role in an organization (R6): its Administrator is never a Member or Guest
-- of it at once. Both sides look while they hold the organization's row.
CREATE FUNCTION administrator_is_no_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1
        FROM organization
        INNER JOIN membership ON membership.organization_id = organization.id
        WHERE
            organization.id = (
                CASE TG_TABLE_NAME
                    WHEN 'organization' THEN to_jsonb(new) ->> 'id'
                    ELSE to_jsonb(new) ->> 'organization_id'
                END
            )::uuid
            AND membership.account_id = organization.administrator_id
            AND membership.state = 'ACTIVE'
    ) THEN
        RAISE EXCEPTION 'an Administrator is no Member or Guest of his organization'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN new;
END $$;

CREATE TRIGGER organization_administrator_is_no_member
AFTER INSERT OR UPDATE OF administrator_id ON organization
FOR EACH ROW EXECUTE FUNCTION administrator_is_no_member();

CREATE TRIGGER membership_administrator_is_no_member
AFTER INSERT OR UPDATE OF state, account_id, organization_id ON membership
FOR EACH ROW EXECUTE FUNCTION administrator_is_no_member();

-- migrate:up transaction:false

-- Who holds a seat of a product, page by page.
-- squawk-ignore ban-concurrent-index-creation-in-transaction
CREATE INDEX CONCURRENTLY assignment_holder ON assignment (organization_id, product, account_id)
WHERE state = 'ACTIVE';

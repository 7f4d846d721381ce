-- migrate:up transaction:false

-- Those who copy who has credits of his own hear these kinds alone, of a wallet's many facts.
-- squawk-ignore ban-concurrent-index-creation-in-transaction
CREATE INDEX CONCURRENTLY fact_personal_credits ON fact (subject, sequence)
WHERE routing_key IN (
    'credit_ledger.personal_credits.activated', 'credit_ledger.personal_credits.exhausted'
);

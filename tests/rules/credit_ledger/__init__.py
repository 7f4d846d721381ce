"""Rules of credit_ledger."""

"""A stand-in for a worker of the ledger."""

"""Group commit: whatever waits for the ledger is decided in one transaction."""

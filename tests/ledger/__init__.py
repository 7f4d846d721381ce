"""The ledger's engine on a database of its own, and acts to put before it."""

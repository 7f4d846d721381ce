"""The client for render nodes, against a real broker and a ledger that says yes."""

"""An independent ledger that decides one thing at a time, and the engine held against it."""

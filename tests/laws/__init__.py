"""The laws of the ledger, held against the real engine and an independent model."""

"""The ledger's tables: lock wallets in ascending order first, then nothing else has an order."""

"""`coffer import`: opening balances from another ledger, row by row."""

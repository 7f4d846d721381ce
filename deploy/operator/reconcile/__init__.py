"""`coffer reconcile`: the ledger's state recomputed from its journal, by code of its own."""

"""`coffer export`: everything the ledger keeps of an organization, in files."""

"""How Coffer is run: the operator's command and the native stack."""

"""What the ledger does when others speak; `voices.py` lists every one it hears."""

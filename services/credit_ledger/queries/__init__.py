"""What the ledger is asked to show; `questions.py` lists every family."""

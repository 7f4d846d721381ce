"""Doors of credit_ledger."""

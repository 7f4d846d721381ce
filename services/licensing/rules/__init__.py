"""Whose licenses and seats they are: pure functions over frozen data (R17-R19, R25-R35, A13)."""

"""`coffer usage`: what was charged, by whom and for what, for eyes, programs and spreadsheets."""

"""`coffer statement`: one month of a wallet, for eyes, for programs and for spreadsheets."""

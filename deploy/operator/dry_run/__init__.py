"""`coffer dry-run`: would these authorizations pass now, and what stands in their way."""

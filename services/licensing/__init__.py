"""Which product may be used by whom, and on how many seats."""

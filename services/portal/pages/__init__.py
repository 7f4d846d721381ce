"""One module a page: its routes and nothing else."""

"""What deploys Coffer, held against the code it runs."""

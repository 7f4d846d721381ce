"""What `coffer bench` runs, from a checkout only."""

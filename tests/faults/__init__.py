"""Kill, redeliver, reorder, poison."""

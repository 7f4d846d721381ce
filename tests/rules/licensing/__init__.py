"""Rules of licensing."""

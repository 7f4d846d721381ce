"""A stand-in for membership."""

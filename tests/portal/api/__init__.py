"""The REST API on real services."""

"""The Python client for render nodes."""

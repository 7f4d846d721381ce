"""The wire format of every message, frozen in golden files."""

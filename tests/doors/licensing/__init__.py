"""Doors of licensing."""

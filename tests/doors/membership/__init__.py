"""Doors of membership."""

"""Connections to PostgreSQL and the migrations of a service."""

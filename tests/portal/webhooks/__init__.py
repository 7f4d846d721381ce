"""Webhooks, tried against a receiver, a database and the portal itself."""

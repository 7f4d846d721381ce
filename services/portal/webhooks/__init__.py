"""Webhooks: what stores tell us, and what we tell the systems of organizations."""

"""Inbox, outbox and doors against a real broker and a real database."""

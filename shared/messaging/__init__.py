"""Topology, inbox, outbox, and asking a question over the broker."""

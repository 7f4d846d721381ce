"""Licensing's tables: one typed function per statement.

Locks are taken in one order: accounts (`lock_account`, sorted when there are two), then the seats
of products in the order of their names (`lock_seats`), then whatever the facts take.
"""

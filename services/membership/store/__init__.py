"""Membership's tables: one typed function per statement.

Locks are taken in one order: accounts (`lock_account`, sorted when there are two), then the
organization (`lock_organization`), then whatever the facts take.
"""

"""Bulk actions: files and what is read of them; `tests/system` carries them out."""

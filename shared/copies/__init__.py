"""Copies of what others own: healed by what was missed, rebuilt while they are used."""

"""How each command is read: its fields become an act, and what changes its effect a hash."""

"""Who may spend what: pure functions over the book of one wallet."""

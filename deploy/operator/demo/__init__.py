"""`coffer demo`: the story of an organization, told by real messages on a stack of its own."""

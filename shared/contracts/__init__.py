"""The messages: the only thing services know of each other."""

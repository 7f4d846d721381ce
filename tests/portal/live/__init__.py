"""What open pages are told while they are open, and when they are told nothing more."""

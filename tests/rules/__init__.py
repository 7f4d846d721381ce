"""Rules alone: pure, no I/O."""

"""What the vendor's staff do: what waits for them, messages that died, books that must agree."""

"""What the vendor's staff do on their pages, and what nobody else finds there."""

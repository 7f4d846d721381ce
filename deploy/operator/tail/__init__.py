"""`coffer tail`: facts as they happen, or again from any point the stream still holds."""

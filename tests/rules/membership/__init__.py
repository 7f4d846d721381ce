"""Rules of membership."""

"""Many administrative acts from one table: taken in, checked, applied, told row by row (T34)."""

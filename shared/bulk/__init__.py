"""Many administrative acts from one table (T34): read, tried, carried out, each row by itself."""

"""The command `coffer bulk`: many administrative acts from one table."""

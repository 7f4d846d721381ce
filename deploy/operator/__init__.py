"""The command `coffer`: a module or package for each thing it does."""

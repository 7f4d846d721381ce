"""The native stack: real processes, killed and started again."""

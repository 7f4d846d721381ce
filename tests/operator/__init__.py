"""The operator's commands, as far as they need no stack."""

"""The style sheet, executed."""

"""Letters, tried against a mail server."""

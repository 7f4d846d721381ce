"""Every text of a refusal, by its code and by who reads it."""

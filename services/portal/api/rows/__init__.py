"""Every operation of the API, one table a subject."""

"""One service, real PostgreSQL, the broker in memory."""

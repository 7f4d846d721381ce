"""A private PostgreSQL and RabbitMQ on this machine, without root and without Docker."""

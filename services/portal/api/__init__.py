"""The REST API `/api/v1`: what the pages do, for programs, and holds for nodes without AMQP."""

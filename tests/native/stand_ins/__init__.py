"""Stand-ins for the services, so that the stack is tested without them."""

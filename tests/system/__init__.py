"""All services and a real broker: the journeys."""

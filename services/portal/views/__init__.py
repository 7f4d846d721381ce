"""What pages show, gathered from the answers of the services; no HTML and no routes."""

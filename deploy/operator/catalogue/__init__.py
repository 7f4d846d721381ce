"""The catalogue of what is said: pages of docs/ written from the contracts and the topology."""

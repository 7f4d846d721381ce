"""How many credits there are, and who may spend them."""

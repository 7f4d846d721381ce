"""The portal on a whole stack: its pages, its API, its webhooks, its letters."""

"""The pages people click and the addresses machines call; no business rules."""

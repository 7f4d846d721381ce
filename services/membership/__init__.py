"""Who belongs to which organization, and in which role."""

"""Who may be what: pure functions over frozen data, a module for each kind of subject."""

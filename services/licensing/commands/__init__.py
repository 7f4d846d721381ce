"""What licensing is asked to do: a module for each family of commands."""

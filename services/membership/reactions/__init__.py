"""What membership does when others speak: a module for each thing that they speak of."""

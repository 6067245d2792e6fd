"""How many clicks make a coloured shot right, with corrections that travel and without."""

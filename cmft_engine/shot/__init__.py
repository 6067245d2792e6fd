"""A shot as it is given: its plates, its references, and drawings cut into regions. Knows no network."""

"""How steady colours are in time over long shots: regions, borders without ink, and held drawings."""

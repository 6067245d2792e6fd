"""How much memory the engine takes and how soon it starts, measured for real on plates at the edge of what comes."""

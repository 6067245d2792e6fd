"""Everything that colours a shot, in one shape and one registry: the engine, its baselines, outside programs."""

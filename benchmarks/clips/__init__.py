"""The drawings that the benchmarks colour: stored ones, and puppets drawn on the fly."""

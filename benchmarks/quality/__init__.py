"""How well drawings are coloured: `python -m benchmarks.quality`."""

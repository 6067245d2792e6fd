"""Quality and speed of the engine beside what a user would pick instead; run with `python -m benchmarks.quality`."""

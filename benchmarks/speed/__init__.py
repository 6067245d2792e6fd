"""Seconds and memory: `python -m benchmarks.speed`."""

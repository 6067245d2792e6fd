"""The exported live model in the torches of Nuke: `python -m benchmarks.live`."""

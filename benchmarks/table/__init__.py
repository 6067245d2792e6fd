"""Systems beside each other in one table: `python -m benchmarks.table`."""

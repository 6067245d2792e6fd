"""`python -m benchmarks.quality`; all else is in `run`, which the processes that it starts import by that name."""

from .run import main

if __name__ == "__main__":
    raise SystemExit(main())

"""Rows of a large picture, some at a time: what is worked out for each pixel by itself needs no more memory than that.

Pictures up to HD are one strip.
"""

from __future__ import annotations

from collections.abc import Iterator

STRIP_PX = 1 << 21
STEP_ROWS = 32  # a strip is a multiple of these, as EXR compresses rows together


def strips(shape: tuple[int, ...]) -> Iterator[slice]:
    """Yield slices of the rows of a picture (H, W, ...), in order."""
    height, width = shape[:2]
    step = max(STRIP_PX // max(width, 1) // STEP_ROWS, 1) * STEP_ROWS
    for start in range(0, height, step):
        yield slice(start, min(start + step, height))

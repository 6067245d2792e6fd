"""A drawing of three boxes, and whether the borders of its parts have ink."""

from __future__ import annotations

import numpy as np

from cmft_training.synthetic.drawing import Drawing

SIZE = 96
OUTLINES = {(0, 1), (0, 2), (0, 3)}  # pairs of parts with ink between them


def seeded(seed: int = 0) -> np.random.Generator:
    """The same random numbers every time."""
    return np.random.default_rng(seed)


def boxes() -> Drawing:
    """A box of part 1 whose lower half is part 2 without ink between, and a box of part 3 beside it."""
    part = np.zeros((SIZE, SIZE), np.uint16)
    part[20:70, 16:50], part[45:70, 16:50], part[30:60, 60:80] = 1, 2, 3
    line = np.full((SIZE, SIZE), 255, np.uint8)
    for top, bottom, left, right in ((20, 70, 16, 50), (30, 60, 60, 80)):
        line[top - 1 : bottom + 1, left - 1 : right + 1] = 0
        line[top + 1 : bottom - 1, left + 1 : right - 1] = 255
    return Drawing(line, part)


def borders_have_ink(drawing: Drawing, pairs: set[tuple[int, int]], reach: int = 1) -> bool:
    """Whether every border between two of the named parts has ink within `reach` px, inside the page."""
    inked = drawing.line < 128
    near = inked.copy()
    for step in range(1, reach + 1):
        for axis in (0, 1):
            near |= np.roll(inked, step, axis) | np.roll(inked, -step, axis)
    for axis in (0, 1):
        a, b = drawing.part, np.roll(drawing.part, -1, axis)
        for one, other in pairs:
            border = ((a == one) & (b == other)) | ((a == other) & (b == one))
            border[-1], border[:, -1] = False, False
            if (border & ~near).any():
                return False
    return True

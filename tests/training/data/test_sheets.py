from __future__ import annotations

import numpy as np
import pytest

from cmft_training.data import augment, sheets
from cmft_training.synthetic.drawing import Drawing

SIZE = 96


def _rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture
def drawing() -> Drawing:
    """A box of part 1 whose lower half is part 2 without ink between, and a box of part 3 beside it."""
    part = np.zeros((SIZE, SIZE), np.uint16)
    part[20:70, 16:50], part[45:70, 16:50], part[30:60, 60:80] = 1, 2, 3
    line = np.full((SIZE, SIZE), 255, np.uint8)
    for top, bottom, left, right in ((20, 70, 16, 50), (30, 60, 60, 80)):
        line[top - 1 : bottom + 1, left - 1 : right + 1] = 0
        line[top + 1 : bottom - 1, left + 1 : right - 1] = 255
    return Drawing(line, part)


def _borders_have_ink(drawing: Drawing, pairs: set[tuple[int, int]], reach: int = 1) -> bool:
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


OUTLINES = {(0, 1), (0, 2), (0, 3)}


@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_sheet_shows_every_view_whole(drawing, count):
    """Each view stands in a cell of its own with all its parts and inked borders, and none is enlarged."""
    page = sheets.compose(_rng(count), [drawing] * count, SIZE)
    assert page.line.shape == page.part.shape == (SIZE, SIZE)
    rows, columns = (1, count) if count < 4 else (2, 2)
    for row in range(rows):
        for column in range(columns):
            tall, wide = SIZE // rows, SIZE // columns
            cell = page.part[row * tall : (row + 1) * tall, column * wide : (column + 1) * wide]
            assert set(np.unique(cell)) == {0, 1, 2, 3}
            assert 0 < np.count_nonzero(cell) <= augment.shown_px(drawing)
    assert _borders_have_ink(page, OUTLINES)

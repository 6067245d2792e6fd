from __future__ import annotations

import numpy as np
import pytest

from cmft_training.data import augment, sheets
from cmft_training.synthetic.drawing import Drawing
from tests.training.data.boxes import OUTLINES, SIZE, borders_have_ink, boxes, seeded


@pytest.fixture
def drawing() -> Drawing:
    return boxes()


@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_sheet_shows_every_view_whole(drawing, count):
    """Each view stands in a cell of its own with all its parts and inked borders, and none is enlarged."""
    page = sheets.compose(seeded(count), [drawing] * count, SIZE)
    assert page.line.shape == page.part.shape == (SIZE, SIZE)
    rows, columns = (1, count) if count < 4 else (2, 2)
    for row in range(rows):
        for column in range(columns):
            tall, wide = SIZE // rows, SIZE // columns
            cell = page.part[row * tall : (row + 1) * tall, column * wide : (column + 1) * wide]
            assert set(np.unique(cell)) == {0, 1, 2, 3}
            assert 0 < np.count_nonzero(cell) <= augment.shown_px(drawing)
    assert borders_have_ink(page, OUTLINES)

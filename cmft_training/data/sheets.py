"""Character sheets as references: several views of one character on one page. Draws no view itself."""

from __future__ import annotations

import numpy as np

from cmft_training.data.augment import resize, used_box
from cmft_training.synthetic.drawing import Drawing

Rng = np.random.Generator

MARGIN_RATIO = 1 / 64  # of the page, left free around every view


def compose(rng: Rng, views: list[Drawing], size: int) -> Drawing:
    """Return a page of `size` px with the views, each cropped to what it shows and fitted into a cell of its own.

    Up to three views stand in a row, more in two rows. A view fills 65 to 100 % of its cell and stands somewhere in
    it; none is enlarged. The page is square, so a row leaves paper above and below, as a letterboxed sheet does.
    """
    rows = 1 if len(views) < 4 else 2
    columns = -(-len(views) // rows)
    margin = max(1, round(size * MARGIN_RATIO))
    wide, tall = size // columns, size // rows
    line, part = np.full((size, size), 255, np.uint8), np.zeros((size, size), np.uint16)
    for number, view in enumerate(views):
        room = wide - 2 * margin, tall - 2 * margin
        fitted = _fit(view, room, share=float(rng.uniform(0.65, 1.0)))
        height, width = fitted.line.shape
        row, column = divmod(number, columns)
        x = column * wide + margin + int(rng.integers(room[0] - width + 1))
        y = row * tall + margin + int(rng.integers(room[1] - height + 1))
        line[y : y + height, x : x + width] = fitted.line
        part[y : y + height, x : x + width] = fitted.part
    return Drawing(line, part)


def _fit(view: Drawing, room: tuple[int, int], *, share: float) -> Drawing:
    """Return what a view shows, small enough for `share` of the room (width, height)."""
    x0, y0, x1, y1 = used_box(view)
    cropped = Drawing(view.line[y0:y1, x0:x1], view.part[y0:y1, x0:x1])
    scale = min(1.0, share * room[0] / (x1 - x0), share * room[1] / (y1 - y0))
    if scale == 1.0:
        return cropped
    return resize(cropped, max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale)))

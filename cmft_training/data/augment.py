"""What can differ between a target and a painted reference beyond their pose: scale, trace lines, what is painted.

Every function takes a drawing and returns a new one whose part ids moved with its lines; inputs are not changed.
Faults of one drawing's lines are in `degrade`, pages of several views in `sheets`.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from cmft_engine.matching.framing import drawing_box
from cmft_training.synthetic.drawing import Drawing

Rng = np.random.Generator

UNPAINTED = 65534
"""Part id of what the reference draws but leaves in paper colour."""
SCENERY = 65535
"""Part id of a painted background, which the target does not show."""

_PAPER = 255
_INK = 128  # below this a pixel counts as ink
_THIN_BELOW = 0.75  # as `Framing.sample_ink`: pictures scaled further down get their lines thickened first
_LEAST_LEFT = 0.25  # of what a reference shows, this share stays when parts are hidden


def shown_px(drawing: Drawing) -> int:
    """Return how many pixels show a part that a target could show too."""
    return int(np.count_nonzero((drawing.part > 0) & (drawing.part < UNPAINTED)))


def place(drawing: Drawing, size: int, corner: tuple[int, int]) -> Drawing:
    """Return a page of `size` px with the drawing's top left pixel at `corner` (x, y); what sticks out is lost."""
    line, part = np.full((size, size), _PAPER, np.uint8), np.zeros((size, size), np.uint16)
    height, width = drawing.line.shape
    x, y = corner
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + width, size), min(y + height, size)
    if x1 > x0 and y1 > y0:
        taken = np.s_[y0 - y : y1 - y, x0 - x : x1 - x]
        line[y0:y1, x0:x1], part[y0:y1, x0:x1] = drawing.line[taken], drawing.part[taken]
    return Drawing(line, part)


def resize(drawing: Drawing, width: int, height: int) -> Drawing:
    """Return the drawing at another size, its lines treated as those of a plate that is framed for the network."""
    scale = width / drawing.line.shape[1]
    line = drawing.line
    if scale < _THIN_BELOW:
        side = round(1 / scale)
        line = cv2.erode(line, np.ones((side, side), np.uint8))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    line = np.asarray(cv2.resize(line, (width, height), interpolation=how), np.uint8)
    part = cv2.resize(drawing.part, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
    return Drawing(line, np.asarray(part, np.uint16))


def rescale(rng: Rng, drawing: Drawing, scale: float) -> Drawing:
    """Return a page of the same size with the drawing `scale` times as large, around a random ink pixel.

    Enlarged, that pixel stays in the middle half of the page; shrunk, the whole old page stays on the new one.
    """
    size = drawing.line.shape[0]
    side = max(1, round(size * scale))
    scaled = resize(drawing, side, side)
    if side <= size:
        room = size - side + 1
        return place(scaled, size, (int(rng.integers(room)), int(rng.integers(room))))
    rows, columns = np.nonzero(scaled.line < _INK)
    chosen = int(rng.integers(len(rows))) if len(rows) else 0
    y, x = (int(rows[chosen]), int(columns[chosen])) if len(rows) else (side // 2, side // 2)
    left, top = (int(c - rng.uniform(0.25, 0.75) * size) for c in (x, y))
    return place(scaled, size, (-min(max(left, 0), side - size), -min(max(top, 0), side - size)))


def paint_borders(drawing: Drawing, group: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return the pixels (S, S) whose right or lower neighbour has another paint, as `line_art_from_painting` does.

    group: (n_parts,) paint of each part.
    """
    paint = _paint(drawing.part, group)
    border = np.zeros(paint.shape, np.bool_)
    border[:, :-1] |= paint[:, 1:] != paint[:, :-1]
    border[:-1] |= paint[1:] != paint[:-1]
    return border


def add_trace_lines(drawing: Drawing, group: NDArray[np.integer], *, width: int) -> Drawing:
    """Return the drawing with full ink, `width` px wide, on every border between two paints.

    The network is shown main and trace lines alike (`LineArt.ink`), so a trace line is ink here.
    """
    border = paint_borders(drawing, group).view(np.uint8)
    if width > 1:
        ahead = (width - 1, width - 1)  # from the border's pixel on to the right and down
        border = cv2.dilate(border, np.ones((width, width), np.uint8), anchor=ahead)
    return Drawing(np.where(border > 0, 0, drawing.line).astype(np.uint8), drawing.part)


def only_borders(drawing: Drawing, group: NDArray[np.integer]) -> Drawing:
    """Return the lines that a painting without ink has: one pixel wide borders between paints, and nothing else."""
    border = paint_borders(drawing, group)
    return Drawing(np.where(border, 0, _PAPER).astype(np.uint8), drawing.part)


def hide(rng: Rng, drawing: Drawing, group: NDArray[np.integer]) -> Drawing:
    """Return the drawing with something unpainted, blanked or off the page; unchanged if too little would be left."""
    ways = (lambda: unpaint(rng, drawing, group), lambda: blank(rng, drawing), lambda: push_off(rng, drawing))
    hidden: Drawing = ways[int(rng.integers(len(ways)))]()
    return hidden if shown_px(hidden) >= _LEAST_LEFT * shown_px(drawing) else drawing


def unpaint(rng: Rng, drawing: Drawing, group: NDArray[np.integer]) -> Drawing:
    """Return the drawing with one to three paints (of those in it) left out: the lines stay, the parts go."""
    paint = _paint(drawing.part, group)
    present = np.unique(paint)
    present = present[(present > 0) & (present < UNPAINTED)]
    if not present.size:
        return drawing
    chosen = rng.choice(present, size=min(int(rng.integers(1, 4)), present.size), replace=False)
    part = np.where(np.isin(paint, chosen), UNPAINTED, drawing.part)
    return Drawing(drawing.line, part.astype(np.uint16))


def blank(rng: Rng, drawing: Drawing) -> Drawing:
    """Return the drawing with one side of a random straight cut, or a disc, turned to paper: no lines, no parts."""
    x0, y0, x1, y1 = used_box(drawing)
    extent = max(x1 - x0, y1 - y0)
    y, x = np.mgrid[0 : drawing.line.shape[0], 0 : drawing.line.shape[1]].astype(np.float32)
    center_x, center_y = rng.uniform(x0, x1), rng.uniform(y0, y1)
    if rng.random() < 0.5:
        gone = np.hypot(x - center_x, y - center_y) < rng.uniform(0.12, 0.3) * extent
    else:
        angle = rng.uniform(0.0, 2.0 * np.pi)
        gone = (x - center_x) * np.cos(angle) + (y - center_y) * np.sin(angle) > 0.0
    line, part = np.where(gone, _PAPER, drawing.line), np.where(gone, 0, drawing.part)
    return Drawing(line.astype(np.uint8), part.astype(np.uint16))


def push_off(rng: Rng, drawing: Drawing) -> Drawing:
    """Return the drawing moved until 20 to 60 % of its width or height lies beyond one side of the page."""
    size, box = drawing.line.shape[0], used_box(drawing)
    share, axis = float(rng.uniform(0.2, 0.6)), int(rng.integers(2))
    low, high = box[axis], box[axis + 2]
    beyond = round(share * (high - low))
    step = size - high + beyond if rng.random() < 0.5 else -(low + beyond)
    return place(drawing, size, (step, 0) if axis == 0 else (0, step))


def shuffle_patches(rng: Rng, drawing: Drawing, count: int) -> Drawing:
    """Return the drawing cut into `count` x `count` patches that changed places; a rest at the far sides stays."""
    side = drawing.line.shape[0] // count
    order = rng.permutation(count * count)
    line, part = drawing.line.copy(), drawing.part.copy()
    for to, origin in enumerate(order.tolist()):
        (row, column), (from_row, from_column) = divmod(to, count), divmod(origin, count)
        here = np.s_[row * side : (row + 1) * side, column * side : (column + 1) * side]
        there = np.s_[from_row * side : (from_row + 1) * side, from_column * side : (from_column + 1) * side]
        line[here], part[here] = drawing.line[there], drawing.part[there]
    return Drawing(line, part)


def paint_background(rng: Rng, drawing: Drawing) -> tuple[Drawing, NDArray[np.float32]]:
    """Return the drawing before painted scenery, and the scenery's display RGB (S, S, 3) for its SCENERY pixels.

    Scenery has several paints or a gradient: a background of one flat paint would be the target's background too.
    Some scenery is inked, and its ink never crosses what stands before it.
    """
    size = drawing.line.shape[0]
    paint, ink = _scenery(rng, size)
    behind = drawing.part == 0
    inked = rng.random() < 0.5
    line = np.where(behind & ink & inked, 0, drawing.line)
    part = np.where(behind, SCENERY, drawing.part)
    return Drawing(line.astype(np.uint8), part.astype(np.uint16)), paint


def _scenery(rng: Rng, size: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return a background's display RGB (size, size, 3) and the pixels of its ink."""
    top, bottom = rng.uniform(0.0, 1.0, (2, 3)).astype(np.float32)
    slope = np.linspace(0.0, 1.0, size, dtype=np.float32)[:, None]
    sky = top + (bottom - top) * slope
    if rng.random() < 0.4:
        sky = np.where(slope < rng.uniform(0.3, 0.8), top, bottom)
    paint = np.ascontiguousarray(np.broadcast_to(sky[:, None], (size, size, 3)), np.float32)
    ink = np.zeros((size, size), np.uint8)
    thickness = max(1, round(float(rng.uniform(1.0, 2.5)) * size / 256.0))
    for _ in range(int(rng.integers(1, 8))):
        outline = _scenery_outline(rng, size)
        cv2.fillPoly(paint, [outline], rng.uniform(0.0, 1.0, 3).tolist())
        cv2.fillPoly(ink, [outline], 0)
        cv2.polylines(ink, [outline], True, 1, thickness)
    return paint, ink > 0


def _scenery_outline(rng: Rng, size: int) -> NDArray[np.int32]:
    """Return the corners (n, 2) of a leaning box or a rough round shape."""
    wide, tall = rng.uniform(0.08, 0.5, 2) * size
    count = 4 if rng.random() < 0.5 else 14
    angle = np.arange(count) * (2.0 * np.pi / count) + rng.uniform(0.0, 2.0 * np.pi)
    reach = rng.uniform(0.8, 1.2, count)
    corners = np.stack([np.cos(angle) * wide * reach, np.sin(angle) * tall * reach], 1) + rng.uniform(0, size, 2)
    return np.rint(corners).astype(np.int32)


def _paint(part: NDArray[np.uint16], group: NDArray[np.integer]) -> NDArray[np.uint16]:
    """Return the paint of every pixel; reserved ids are paints of their own."""
    table = np.arange(65536, dtype=np.uint16)
    table[: len(group)] = group
    return table[part]


def used_box(drawing: Drawing) -> tuple[int, int, int, int]:
    """Return (x0, y0, x1, y1) around all ink and parts, the whole page when it is empty."""
    return drawing_box((drawing.line < _INK) | (drawing.part > 0))

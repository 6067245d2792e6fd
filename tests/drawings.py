"""Small figures of crisp ink and flat paint, and shots of them on disk; drawn in a millisecond."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cmft_engine.image.plate import Plate, write_plate
from cmft_engine.image.stand_in import stand_in
from cmft_engine.shot.drawing import PaintedDrawing, SegmentedDrawing

SIDE = 64
PAPER, COAT, FACE, HAT = (1.0, 1.0, 1.0), (0.2, 0.4, 0.8), (1.0, 0.8, 0.6), (0.8, 0.2, 0.2)
PAINTS = (PAPER, COAT, FACE, HAT)
# x, y, half width, half height and place in the paints; later ones lie on top
BOXES = ((32, 44, 18, 12, 1), (32, 24, 11, 12, 2), (32, 11, 15, 4, 3))


class Figure(NamedTuple):
    """A drawing: labels int32 (H, W) with 0 = ink and 1 = paper, paint int32 (H, W) the place in the paints."""

    labels: np.ndarray
    paint: np.ndarray

    def lines(self) -> np.ndarray:
        """Black lines on white paper: float32 (H, W, 3)."""
        return np.repeat((self.labels > 0)[..., None], 3, 2).astype(np.float32)

    def painted(self, paints=PAINTS) -> np.ndarray:
        """The lines over flat paint: float32 (H, W, 3)."""
        return (np.array(paints, np.float32)[self.paint] * (self.labels > 0)[..., None]).astype(np.float32)


def figure(dx: int = 0, dy: int = 0, *, boxes=BOXES, side: int = SIDE) -> Figure:
    """Draw inked boxes on paper, moved by whole pixels."""
    labels, paint = np.ones((side, side), np.int32), np.zeros((side, side), np.int32)
    y, x = np.mgrid[:side, :side]
    for number, (cx, cy, half_width, half_height, place) in enumerate(boxes):
        across, down = np.abs(x - cx - dx) - half_width, np.abs(y - cy - dy) - half_height
        inside = (across <= 0) & (down <= 0)
        labels[inside], paint[inside] = number + 2, place
        labels[inside & ((across > -2) | (down > -2))] = 0
    return Figure(labels, paint)


def cut(drawing: Figure) -> SegmentedDrawing:
    """The drawing as the matcher takes it; ink is given to the region of the box that it belongs to."""
    labels_under_ink = np.where(drawing.labels > 0, drawing.labels, drawing.paint + 1).astype(np.int32)
    return SegmentedDrawing(drawing.labels == 0, drawing.labels, labels_under_ink, int(drawing.labels.max()))


def painted(drawing: Figure) -> PaintedDrawing:
    """The drawing as a reference of the matcher, in stand-in colours."""
    return PaintedDrawing(cut(drawing), drawing.paint, stand_in([drawing.paint])[0])


def assert_same(first, second):
    """Two votes are alike: floats within 1e-4, decisions exactly."""
    for field in dataclasses.fields(first):
        a, b = getattr(first, field.name), getattr(second, field.name)
        if a is None or b is None:
            assert a is b, field.name
            continue
        if dataclasses.is_dataclass(a):
            assert_same(a, b)
            continue
        assert np.array_equal(a, b) if a.dtype.kind in "ib" else np.allclose(a, b, atol=1e-4), field.name


def write(pixels: np.ndarray, path: Path, **fields) -> Path:
    """Write (H, W, C) pixels as a plate."""
    write_plate(Plate.from_pixels(pixels, **fields), path)
    return path


def write_shot(folder: Path, drawings: Mapping[int, Figure], *, reference: int, paints=PAINTS) -> Path:
    """Write lines.####.png of every drawing and ref.png of one; return the pattern of the lines."""
    for frame, drawing in drawings.items():
        write(drawing.lines(), folder / f"lines.{frame:04d}.png")
    write(drawings[reference].painted(paints), folder / "ref.png")
    return folder / "lines.####.png"

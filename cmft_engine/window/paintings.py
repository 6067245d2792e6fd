"""The paintings of a coloured shot, to be shown beside it: pictures, their regions, and which paint lies where."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..image.color_space import over_white
from ..image.plate import read_plate
from ..pipeline.colored_shot import ColoredShot
from .doubts import node_of
from .pictures import Bytes, to_bytes

MOST_WIDTH = 1280  # px of a painting as it is shown beside the shot
DIM, SAME = 0.3, 0.75  # of what is not lit, and of what has the same paint elsewhere


class Painting(NamedTuple):
    """A painting as it is shown (h, w): its picture, palette entries, regions from 1 (0 where none are known).

    frame: None for a sheet. scale: its pixels a shown pixel.
    """

    frame: int | None
    picture: Bytes
    entries: NDArray[np.int32]
    labels: NDArray[np.int32]
    scale: float

    def color_at(self, x: float, y: float) -> int | None:
        """Return the palette entry at a place of the shown picture, None outside."""
        row, column = int(np.floor(y)), int(np.floor(x))
        inside = 0 <= row < self.entries.shape[0] and 0 <= column < self.entries.shape[1]
        return int(self.entries[row, column]) if inside else None


def load_painting(colored: ColoredShot, number: int) -> Painting:
    """Read a painting of the shot, by its number from 0. Raises PlateError."""
    one = colored.shot.paintings[number]
    plate = read_plate(one.plate, frame=one.frame, space=colored.shot.settings.input_space)
    plate = plate.on_canvas(colored.shot.canvas if one.frame is not None
                            else plate.data_window.union(plate.display_window))
    rgb = over_white(plate.rgb_alpha(), plate.space)
    scale = max(1.0, rgb.shape[1] / MOST_WIDTH)
    at = np.ix_(*(np.minimum((np.arange(max(1, int(n / scale))) + 0.5) * scale, n - 1).astype(np.intp)
                  for n in rgb.shape[:2]))
    shown = rgb[at]
    record = None if one.frame is None else colored.record(colored.decided_at.get(one.frame, one.frame))
    if record is None or record.bare.shape != rgb.shape[:2] or not record.graph.is_painted:
        labels, index = np.zeros(shown.shape[:2], np.int32), colored.palette.nearest(shown)
    else:
        labels, index = record.labels_under_ink[at], record.paints.first[at]
    return Painting(one.frame, to_bytes(shown), index, labels, scale)


class Sources:
    """From which regions of paintings the regions of a shot have their colours most directly."""

    def __init__(self, colored: ColoredShot) -> None:
        """Spread the paintings along the shot graph."""
        self._graph, self._frames = colored.graph, colored.frames
        self._source = self._graph.field(np.flatnonzero(self._graph.painted)).source

    def of(self, frame: int, region: int) -> tuple[int, int] | None:
        """Return a painted frame and a region of it, from 1, for a region, from 1, of a frame.

        None where no chain of correspondences leads to a painting.
        """
        node = node_of(self._graph, self._frames[frame].decided_at, region - 1)
        found = -1 if node is None else int(self._source[node])
        if found < 0:
            return None
        at = int(np.searchsorted(self._graph.starts, found, "right")) - 1
        return self._graph.drawings[at].frame, found - int(self._graph.starts[at]) + 1


def lit(painting: Painting, color: int | None, region: int | None = None) -> Bytes:
    """Return the painting's picture with a region in full light, its paint elsewhere in less, and the rest dimmed."""
    if color is None:
        return painting.picture
    light = np.where(painting.entries == color, np.float32(SAME if region else 1), np.float32(DIM))
    if region:
        light[painting.labels == region] = 1
    return np.asarray(painting.picture * light[..., None], np.uint8)

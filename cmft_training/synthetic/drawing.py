"""The drawing of a synthetic clip: its ink, and which part of the character every pixel belongs to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Drawing:
    """One square drawing.

    line: uint8 (S, S), 255 = paper, 0 = full ink, anti-aliased.
    part: uint16 (S, S), id of the part under the pixel centre, 0 = background. One id names the same part of the
    character in every drawing of its clip.
    """

    line: NDArray[np.uint8]
    part: NDArray[np.uint16]


@dataclass(frozen=True)
class Clip:
    """Drawings of one character in motion, with the colour group of each part.

    drawings: drawings in time order, all of one size.
    group: uint16 (n_parts,), colour group of each part; group[0] = 0 is the background. Parts of one group share a
    colour.
    color: uint8 (n_groups, 3), default sRGB colour of each group; color[0] is the background's.
    name: what the clip shows, for reports and contact sheets.
    """

    drawings: tuple[Drawing, ...]
    group: NDArray[np.uint16]
    color: NDArray[np.uint8]
    name: str

    def painted(self, index: int) -> NDArray[np.uint8]:
        """Return drawing `index` with its default colours and black ink on top, uint8 (S, S, 3)."""
        drawing = self.drawings[index]
        flat = self.color[self.group[drawing.part]].astype(np.float32)
        ink = drawing.line.astype(np.float32)[..., None] / 255.0
        return np.rint(flat * ink).astype(np.uint8)

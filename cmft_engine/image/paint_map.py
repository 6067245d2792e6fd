"""Which paints the pixels of a picture show: one, or a mixture of two. Arrays alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]


@dataclass(frozen=True)
class PaintMap:
    """The paints of pixels: palette entries int32 (H, W), and the share of the second, float32 in [0, 0.5].

    Where there is one paint alone, second equals first and the share is 0. own: bool (H, W), pixels that their paints
    do not explain, a gradient's or a stroke's thinner than a pixel; pixels: straight RGBA (H, W, 4) in the palette's
    space to be shown there. Both are None where there are none.
    """

    first: Labels
    second: Labels
    share: Floats
    own: NDArray[np.bool_] | None = None
    pixels: Floats | None = None

    @property
    def is_soft(self) -> bool:
        """Whether anything but whole paints is shown."""
        return self.own is not None or bool(self.share.any())

    @classmethod
    def pure(cls, index: Labels) -> PaintMap:
        """Return the map of pixels that each show one paint, int32 (H, W)."""
        return cls(index, index, np.zeros(index.shape, np.float32))

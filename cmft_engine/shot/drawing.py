"""Drawings cut into regions: the one shape in which everything after the plates takes a drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..image.paint_map import PaintMap
from ..lineart.line_distance import line_distance
from ..lineart.lineart import LineArt
from ..lineart.regions import grow_under_ink, label_regions
from .line_edits import LineEdit, closed, opened
from .painted_lines import PaintedLines

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]


@dataclass(frozen=True)
class SegmentedDrawing:
    """A drawing and its regions at plate size.

    ink: bool (H, W). labels: int32 (H, W), 0 = ink, 1..count. labels_under_ink: the same without zeros, ink given to
    the nearest region.
    """

    ink: NDArray[np.bool_]
    labels: Labels
    labels_under_ink: Labels
    count: int

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the plate in pixels."""
        height, width = self.labels.shape
        return height, width

    @cached_property
    def area(self) -> NDArray[np.intp]:
        """Ink-free pixels of each region (n,)."""
        return np.bincount(self.labels.ravel(), minlength=self.count + 1)[1:]

    @cached_property
    def distance(self) -> NDArray[np.uint8]:
        """How far each pixel (H, W) is from the lines, as `line_distance` has it."""
        return line_distance(self.ink)


@dataclass(frozen=True)
class PaintedDrawing:
    """A reference: its drawing, the palette index of every pixel (H, W) without -1, and display RGB (H, W, 3).

    paints: the mixtures that pixels are and what no paint explains; None for clean flats with hard borders, where the
    index says all. is_soft: whether the painting is noisy, shaded or lossy, so that its paints are approximate.
    was_jpeg: whether its noise is that of a JPEG, which no other drawing is to show. lines: what the painting says of
    coloured lines; None where it says nothing.
    """

    drawing: SegmentedDrawing
    index: Labels
    rgb: Floats
    paints: PaintMap | None = None
    is_soft: bool = False
    was_jpeg: bool = False
    lines: PaintedLines | None = None


def segment(lines: LineArt, *, gap_px: int, min_region_px: int, edits: Sequence[LineEdit] = ()) -> SegmentedDrawing:
    """Return the regions that lines enclose; gap_px, min_region_px: as in the settings. edits: of the lines."""
    if edits:
        lines = replace(lines, ink=closed(lines.ink, edits))
    regions = label_regions(lines, gap_px=gap_px, min_region_px=min_region_px)
    labels, count = opened(regions.labels, edits) if edits else (regions.labels, regions.count)
    labels_under_ink = grow_under_ink(labels)
    count = max(count, int(labels_under_ink.max()))  # an all-ink drawing still grows one region
    return SegmentedDrawing(lines.ink, labels, labels_under_ink, count)

"""Pictures of a coloured shot as a person sees them, made from what its runs kept: plates on disk are not read.

Shapes: H W plate size, h w of a small picture. Pictures are display RGB, uint8 (H, W, 3).
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ..image.color_space import display_space, over_white
from ..lineart.lineart import LineArt
from ..pipeline.changes import Changes, with_changes
from ..pipeline.colored_shot import ColoredShot
from ..pipeline.compose import lay_ink, mix_paints
from ..pipeline.drawing_record import DrawingRecord, read_record
from ..pipeline.resume import RECORD_SUFFIX
from ..protocol.errors import PlateError
from ..shot.references import find_lines, read_line_plate
from .byte_cache import ByteCache

SMALL_SIZE = 256, 144  # most width and height of a small drawing, px; twice what the filmstrip shows
INK_BYTES = 24_000_000
SURE, DOUBT, BORDER, GAP = (58, 62, 70), (255, 92, 40), (70, 190, 255), (255, 60, 200)

Bytes = NDArray[np.uint8]
Labels = NDArray[np.integer]


class View(NamedTuple):
    """What is shown of a frame."""

    ink: bool = True
    flats: bool = True
    confidence: bool = False
    regions: bool = False


class Shown(NamedTuple):
    """A frame as it is shown: its picture, its regions under ink (H, W) from 1, and of each region (n,) its palette
    entry and its confidence."""

    frame: int
    picture: Bytes
    labels: Labels
    color: NDArray[np.intp]
    confidence: NDArray[np.float32]


class Small(NamedTuple):
    """A drawing at the size of a thumbnail: regions under ink and palette entries (h, w), ink in [0, 255] (h, w)."""

    labels: NDArray[np.unsignedinteger]
    first: NDArray[np.unsignedinteger]
    ink: Bytes


class _Ink(NamedTuple):
    """Line art where there is some: flat index, coverage and color of its pixels."""

    at: NDArray[np.intp]
    coverage: NDArray[np.float32]
    color: NDArray[np.float32]


class Pictures:
    """Makes pictures of a shot's frames; one thread at a time."""

    def __init__(self, colored: ColoredShot) -> None:
        """Read nothing yet."""
        self._colored = colored
        self._inks = ByteCache(INK_BYTES)
        self.swatches = to_bytes(colored.palette.display)  # (K, 3)

    def shown(self, frame: int, changes: Changes, view: View) -> Shown:
        """Return a frame with the changes of its regions. Raises PlateError where nothing was kept of it."""
        one = self._colored.frames[frame]
        record = self._colored.record(one.decided_at)
        if record is None:
            raise PlateError(f"frame {frame}: what its run kept of it cannot be read; run the shot again with --resume",
                             one.path, frame)
        record = with_changes(record, changes, self._colored.record)
        labels = record.labels_under_ink.astype(np.min_scalar_type(record.graph.count))  # many are kept
        return Shown(frame, self._picture(frame, record, view), labels, record.graph.color, record.confidence)

    def _picture(self, frame: int, record: DrawingRecord, view: View) -> Bytes:
        space = display_space()
        if view.flats:
            pixels = mix_paints(record.paints, self._colored.palette, space)
        else:
            pixels = np.ones((*record.bare.shape, 4), np.float32)
        if view.ink:
            lay_ink(pixels, self._lines(frame, record), space)
        picture = to_bytes(over_white(pixels, space))
        if view.confidence:
            picture = with_confidence(picture, record)
        return with_borders(picture, record) if view.regions else picture

    def _lines(self, frame: int, record: DrawingRecord) -> LineArt:
        """The frame's line art: of a record of an earlier version its line plate's, plain ink where that is gone."""
        if (known := record.line_art) is not None:
            return known
        shape, found = record.bare.shape, self._inks.get(frame)
        if found is None:
            coverage, color = self._line_plate(frame, record)
            at = np.flatnonzero(coverage > 0)
            found = _Ink(at, coverage.ravel()[at], color.reshape(-1, 3)[at])
            self._inks.put(frame, found, sum(part.nbytes for part in found))
        coverage, color = np.zeros(shape, np.float32), np.zeros((*shape, 3), np.float32)
        coverage.ravel()[found.at], color.reshape(-1, 3)[found.at] = found.coverage, found.color
        return LineArt(~record.bare, np.zeros(shape, np.bool_), coverage, color)

    def _line_plate(self, frame: int, record: DrawingRecord) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        shot = self._colored.shot
        plain = (~record.bare).astype(np.float32), np.zeros((*record.bare.shape, 3), np.float32)
        try:
            plate = read_line_plate(shot.line_plate(frame), frame, canvas=shot.canvas, settings=shot.settings)
        except PlateError:
            return plain
        if plate.pixels.shape[:2] != record.bare.shape:
            return plain
        lines = find_lines(plate, shot.settings)
        return lines.coverage, lines.color

    def small(self, frame: int) -> Small | None:
        """Return a frame's drawing at the size of a thumbnail, None where nothing was kept of it.

        The record is not kept: those of the frames that one looks at stay.
        """
        record = read_record(self._colored.folder / f"{self._colored.frames[frame].decided_at}{RECORD_SUFFIX}")
        return None if record is None else small_of(record)


def small_of(record: DrawingRecord) -> Small:
    """Return a drawing at the size of a thumbnail."""
    height, width = record.bare.shape
    scale = min(SMALL_SIZE[0] / width, SMALL_SIZE[1] / height, 1.0)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    columns, rows = (np.minimum((np.arange(n) + 0.5) / scale, most - 1).astype(np.intp)
                     for n, most in zip(size, (width, height), strict=True))
    at = np.ix_(rows, columns)
    labels, first = (values[at].astype(np.min_scalar_type(int(values.max(initial=0))))
                     for values in (record.labels_under_ink, record.paints.first))
    ink = cv2.resize((~record.bare).astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
    return Small(labels, first, ink)


def thumbnail(small: Small, changes: Changes, swatches: Bytes) -> Bytes:
    """Return the picture (h, w, 3) of a small drawing with changes; swatches: display RGB (K, 3) of the palette."""
    index = small.first
    if changes:
        poured = np.full(int(small.labels.max(initial=0)) + 1, -1, np.int64)
        inside = [(region + 1, change.color) for region, change in changes.items()
                  if region + 1 < len(poured) and change.is_flat]
        poured[[region for region, _ in inside]] = [color for _, color in inside]
        wanted = poured[small.labels]
        index = np.where(wanted >= 0, wanted, small.first)
        for region, change in changes.items():
            for old, new in change.swaps:
                index = np.where((small.labels == region + 1) & (index == old), new, index)
    bare = (255 - small.ink)[..., None]
    return np.asarray((swatches[index].astype(np.uint16) * bare + 127) // 255, np.uint8)


def with_confidence(picture: Bytes, record: DrawingRecord) -> Bytes:
    """Return the picture with sure regions darkened and doubt in orange, the stronger the less sure."""
    if not record.graph.count:
        return picture
    doubt = 1 - np.clip(record.confidence, 0, 1)
    tint = np.asarray(SURE, np.float32) + doubt[:, None] * (np.asarray(DOUBT, np.float32) - np.asarray(SURE))
    weight = 0.55 + 0.3 * doubt
    labels = record.labels_under_ink - 1
    part = weight[labels][..., None]
    return np.asarray(picture * (1 - part) + tint[labels] * part, np.uint8)


def with_borders(picture: Bytes, record: DrawingRecord) -> Bytes:
    """Return the picture with the borders of its regions, and thickly those at which a gap was closed."""
    under, bare = record.labels_under_ink, record.bare
    border = np.zeros(under.shape, np.uint8)
    gap = np.zeros(under.shape, np.uint8)
    for here, there in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        differs = under[here] != under[there]
        border[here] |= differs
        gap[here] |= differs & bare[here] & bare[there]
    marked = picture.copy()
    marked[border > 0] = BORDER
    marked[cv2.dilate(gap, np.ones((5, 5), np.uint8)) > 0] = GAP
    return marked


def outlines(labels: Labels, region: int) -> list[NDArray[np.int32]]:
    """Return the outlines of a region, each (N, 2) of x and y in px; region: its label in `labels` (H, W)."""
    rows, columns = np.nonzero(labels == region)
    if not len(rows):
        return []
    y0, x0 = int(rows.min()), int(columns.min())
    inside = (labels[y0:int(rows.max()) + 1, x0:int(columns.max()) + 1] == region).astype(np.uint8)
    found, _ = cv2.findContours(inside, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE, offset=(x0, y0))
    return [np.asarray(one, np.int32).reshape(-1, 2) for one in found]


def to_bytes(rgb: NDArray[np.floating]) -> Bytes:
    """Return display RGB in [0, 1] as whole numbers in [0, 255]."""
    return np.ascontiguousarray((np.clip(np.nan_to_num(rgb), 0, 1) * 255 + 0.5).astype(np.uint8))

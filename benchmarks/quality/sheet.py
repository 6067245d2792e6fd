"""A contact sheet of the frames that the engine colours worst, for people to look at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.clips.rgb8 import write_rgb8
from benchmarks.clips.validation_clip import Pair
from benchmarks.figures.row import Row
from benchmarks.methods.registry import OURS
from benchmarks.metrics.score import wrong_pixels

from .bars import percent
from .gallery import Gallery

FRAMES = 20
COLUMNS = 2  # frames side by side
TILE_PX = (192, 176, 160, 144, 128)  # the first that gives a small enough file
MARGIN_PX, CAPTION_PX = 8, 16
MAX_BYTES = 3_000_000
HEADINGS = ("reference", "line", "truth", "ours", "wrong in ours")
ERROR_COLOR = (220, 30, 30)


@dataclass(frozen=True)
class WorstFrame:
    """The frame of a clip with the fewest foreground pixels right: its place, its figures, and what the engine made."""

    set_name: str
    pair: Pair
    foreground: float
    region: float
    picture: np.ndarray


def worst_frame(gallery: Gallery, rows: Sequence[Row]) -> WorstFrame | None:
    """Return the worst frame of ours in one clip, from the clip's rows; None when no figure could be counted."""
    counted = [row for row in rows if row.method == OURS and not math.isnan(row.score.foreground)]
    if not counted:
        return None
    worst = min(counted, key=lambda row: row.score.foreground)
    i = [pair.gap for pair in gallery.pairs].index(worst.drawing)
    picture = gallery.pictures(OURS)[i]
    return WorstFrame(worst.set_name, gallery.pairs[i], worst.score.foreground, worst.score.region, picture)


def write_sheet(frames: Sequence[WorstFrame], path: Path) -> None:
    """Write the FRAMES worst frames, worst first, row by row: reference, line, truth, ours, our wrong pixels.

    The tiles are as large as MAX_BYTES allow. Raises PlateError when the file cannot be written.
    """
    worst = sorted(frames, key=lambda frame: frame.foreground)[:FRAMES]
    for side in TILE_PX:
        write_rgb8(draw_sheet(worst, side), path)
        if path.stat().st_size <= MAX_BYTES:
            return


def draw_sheet(frames: Sequence[WorstFrame], side: int) -> np.ndarray:
    """Return the sheet with tiles of `side` px, uint8 RGB."""
    blocks = [_block(frame, side) for frame in frames]
    columns = min(COLUMNS, len(blocks))
    if not blocks:
        return np.full((CAPTION_PX, side * len(HEADINGS), 3), 255, np.uint8)
    blocks += [np.full_like(blocks[0], 255)] * (-len(blocks) % columns)
    rows = [_side_by_side(blocks[i : i + columns]) for i in range(0, len(blocks), columns)]
    heading = _side_by_side([_headings(side)] * columns)
    return np.vstack([heading, *rows])


def _side_by_side(blocks: Sequence[np.ndarray]) -> np.ndarray:
    margin = np.full((blocks[0].shape[0], MARGIN_PX, 3), 255, np.uint8)
    return np.hstack([part for block in blocks for part in (block, margin)][:-1])


def _block(frame: WorstFrame, side: int) -> np.ndarray:
    pair = frame.pair
    pictures = [pair.reference_gt, pair.target_line, pair.target_gt, frame.picture, _error_picture(frame)]
    tiles = [cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA) for picture in pictures]
    caption = (
        f"{frame.set_name} {pair.clip}  gap {pair.gap}   fg {percent(frame.foreground)} %"
        f"   regions {percent(frame.region)} %"
    )
    return np.vstack([_text(caption, side * len(tiles), 235), np.hstack(tiles)])


def _error_picture(frame: WorstFrame) -> np.ndarray:
    """Return the target's line, washed out, with wrong pixels in red."""
    pair = frame.pair
    picture = 128 + pair.target_line // 2
    picture[wrong_pixels(frame.picture, pair.target_gt, line=pair.target_line)] = ERROR_COLOR
    return picture


def _headings(side: int) -> np.ndarray:
    return np.hstack([_text(heading, side, 255) for heading in HEADINGS])


def _text(text: str, width: int, shade: int) -> np.ndarray:
    """Return one line of text on a bar, uint8 RGB (CAPTION_PX, width, 3); the font knows ASCII only."""
    bar = np.full((CAPTION_PX, width, 3), shade, np.uint8)
    ascii_text = text.encode("ascii", "replace").decode()
    cv2.putText(bar, ascii_text, (4, CAPTION_PX - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 1, cv2.LINE_AA)
    return bar

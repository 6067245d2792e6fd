"""A contact sheet: the same drawings as every system coloured them, for people to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.clips.rgb8 import write_rgb8

TILE_PX, CAPTION_PX, MARGIN_PX = 144, 16, 4
COLUMNS = 8
GIVEN = ("reference", "line", "truth")


@dataclass(frozen=True)
class Exhibit:
    """A drawing: what it is, what is given, and the systems' pictures by name; all pictures uint8 RGB (H, W, 3)."""

    caption: str
    reference: np.ndarray
    line: np.ndarray
    truth: np.ndarray
    pictures: Mapping[str, np.ndarray]


def write_sheet(exhibits: Sequence[Exhibit], path: Path) -> None:
    """Write the sheet as PNG. Raises PlateError when the file cannot be written."""
    write_rgb8(draw_sheet(exhibits), path)


def draw_sheet(exhibits: Sequence[Exhibit]) -> np.ndarray:
    """Return the sheet, uint8 RGB: a block of COLUMNS tiles a row for each exhibit."""
    width = COLUMNS * (TILE_PX + MARGIN_PX) - MARGIN_PX
    blocks = [np.vstack([_text(exhibit.caption, width, 215), _tiles(exhibit, width)]) for exhibit in exhibits]
    return np.vstack(blocks) if blocks else _text("nothing was coloured", width, 255)


def _tiles(exhibit: Exhibit, width: int) -> np.ndarray:
    given = dict(zip(GIVEN, (exhibit.reference, exhibit.line, exhibit.truth), strict=True))
    tiles = [_tile(title, picture) for title, picture in {**given, **exhibit.pictures}.items()]
    rows = [_row(tiles[i : i + COLUMNS], width) for i in range(0, len(tiles), COLUMNS)]
    return np.vstack(rows)


def _row(tiles: Sequence[np.ndarray], width: int) -> np.ndarray:
    row = np.full((TILE_PX + CAPTION_PX, width, 3), 255, np.uint8)
    for i, tile in enumerate(tiles):
        left = i * (TILE_PX + MARGIN_PX)
        row[:, left : left + TILE_PX] = tile
    return row


def _tile(title: str, picture: np.ndarray) -> np.ndarray:
    small = cv2.resize(picture, (TILE_PX, TILE_PX), interpolation=cv2.INTER_AREA)
    return np.vstack([_text(title, TILE_PX, 255), small])


def _text(text: str, width: int, shade: int) -> np.ndarray:
    """Return one line of text on a bar, uint8 RGB (CAPTION_PX, width, 3); the font knows ASCII only."""
    bar = np.full((CAPTION_PX, width, 3), shade, np.uint8)
    shown = text.encode("ascii", "replace").decode()
    cv2.putText(bar, shown, (2, CAPTION_PX - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.33, (0, 0, 0), 1, cv2.LINE_AA)
    return bar


"""A picture for a person to check a palette by: each painting beside its paints, and the paints as named swatches."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ..image.color_space import over_white
from ..image.palette import Painting, Palette

Picture = NDArray[np.uint8]  # display RGB (H, W, 3)

MARGIN = 16
LARGEST, SMALLEST = 900, 320  # px, the longer side of a shown painting
SWATCH = (64, 40)  # width and height, px
CELL = (440, 56)  # of a swatch with its text
TITLE_PX = 32
FONT = cv2.FONT_HERSHEY_SIMPLEX
NUMBER_DEPTH = 7  # px from its border that a number on a paint needs


def draw_palette(
    palette: Palette, paintings: Sequence[Painting], indices: Sequence[NDArray[np.int32]], *, title: str = ""
) -> Picture:
    """Return the paintings, each beside the picture in which every pixel is its palette entry, and the swatches.

    indices: of each painting, the entry of every pixel, int32 (H, W). title: what reading them merged.
    """
    rows = [_pair(painting, index, palette) for painting, index in zip(paintings, indices, strict=True)]
    width = max(*(row.shape[1] for row in rows), CELL[0] + 2 * MARGIN)
    strip = _title(title or f"{len(palette)} exact colours", width)
    return np.concatenate([_widened(part, width) for part in (strip, *rows, _swatches(palette, width))])


def _pair(painting: Painting, index: NDArray[np.int32], palette: Palette) -> Picture:
    """Return a painting and its paints, numbered, side by side in white."""
    shown = _bytes(over_white(painting.pixels, palette.space))
    height, width = index.shape
    factor = min(LARGEST / max(height, width), max(1, round(SMALLEST / max(height, width))))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    left = cv2.resize(shown, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_NEAREST)
    small = cv2.resize(index.astype(np.int32), size, interpolation=cv2.INTER_NEAREST)
    right = np.ascontiguousarray(_bytes(palette.display)[small])
    _number(right, small, len(palette))
    pair = np.concatenate([left, _white(size[1], MARGIN), right], axis=1)
    named = _title(painting.name, pair.shape[1])
    return np.pad(np.concatenate([named, pair]), ((0, MARGIN), (MARGIN, MARGIN), (0, 0)), constant_values=255)


def _number(picture: Picture, index: NDArray[np.int32], count: int) -> None:
    """Write each paint's number, from 1, into the picture where the paint is widest."""
    for entry in range(count):
        inside = cv2.copyMakeBorder((index == entry).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
        _, depth, _, (x, y) = cv2.minMaxLoc(cv2.distanceTransform(inside, cv2.DIST_L2, 3))
        if depth >= NUMBER_DEPTH:
            text = str(entry + 1)
            (width, height), _ = cv2.getTextSize(text, FONT, 0.4, 1)
            _write(picture, text, (x - 1 - width // 2, y - 1 + height // 2), scale=0.4,
                   light=picture[y - 1, x - 1].mean() < 110)


def _swatches(palette: Palette, width: int) -> Picture:
    """Return the paints with number, name, values and share of the painted area, in columns from the top."""
    columns = max(1, (width - 2 * MARGIN) // CELL[0])
    rows = -(-len(palette) // columns)
    picture = _white(rows * CELL[1] + MARGIN, width)
    whole = max(1, sum(color.area for color in palette.colors))
    for number, (color, display) in enumerate(zip(palette.colors, _bytes(palette.display).tolist(), strict=True)):
        x, y = MARGIN + number // rows * CELL[0], number % rows * CELL[1]
        cv2.rectangle(picture, (x, y), (x + SWATCH[0], y + SWATCH[1]), display, -1)
        cv2.rectangle(picture, (x, y), (x + SWATCH[0], y + SWATCH[1]), (128, 128, 128), 1)
        shown = "#{:02x}{:02x}{:02x}".format(*display)
        values = " ".join(f"{value:.4g}" for value in color.values)
        _write(picture, f"{number + 1}  {color.name}", (x + SWATCH[0] + 10, y + 16), scale=0.5)
        _write(picture, f"{shown}  ({values})  {100 * color.area / whole:.2f} %", (x + SWATCH[0] + 10, y + 35),
               scale=0.42)
    return picture


def _title(text: str, width: int) -> Picture:
    """Return a strip of white with a line of text, as small as it needs to be."""
    strip = _white(TITLE_PX, width)
    needed = cv2.getTextSize(text, FONT, 0.5, 1)[0][0]
    _write(strip, text, (4, TITLE_PX - 11), scale=0.5 * min(1.0, (width - 8) / max(needed, 1)))
    return strip


def _write(picture: Picture, text: str, at: Sequence[int], *, scale: float, light: bool = False) -> None:
    """Write dark text, or light on dark paint; letters that the font lacks become question marks."""
    plain = text.encode("ascii", "replace").decode()
    cv2.putText(picture, plain, tuple(at), FONT, scale, (240, 240, 240) if light else (25, 25, 25), 1, cv2.LINE_AA)


def _white(height: int, width: int) -> Picture:
    return np.full((height, width, 3), 255, np.uint8)


def _bytes(display: np.ndarray) -> NDArray[np.uint8]:
    return np.asarray(np.rint(255 * np.clip(display, 0, 1)), np.uint8)


def _widened(picture: Picture, width: int) -> Picture:
    return np.pad(picture, ((0, 0), (0, width - picture.shape[1]), (0, 0)), constant_values=255)

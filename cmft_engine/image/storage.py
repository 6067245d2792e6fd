"""Between pixels in memory and pixels as a file holds them: broken values, associated alpha, rounding.

Arrays in, arrays out: opens no file. In memory colours are straight float32; `H W C` as in `plate.py`.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from .channels import associated_layers, cryptomatte_channels, find_color

HALF_MAX = 65504.0
_UINT_MAX = {"uint8": 255, "uint16": 65535}
_ROWS_AT_ONCE = 64  # so that what is worked out stays in the processor's cache


def clean(pixels: np.ndarray, channels: Sequence[str], metadata: Mapping[str, Any]) -> int:
    """Set NaN to 0 and infinities to the largest half, in place; return the number of pixels that had any.

    Cryptomatte channels hold bit patterns and stay as they are.
    """
    kept = set(cryptomatte_channels(channels, metadata))
    bad = ~np.isfinite(pixels)
    bad[..., [index for index, name in enumerate(channels) if name in kept]] = False
    if bad.any():
        pixels[bad] = np.nan_to_num(pixels[bad], nan=0.0, posinf=HALF_MAX, neginf=-HALF_MAX)
    return int(bad.any(axis=2).sum())


def fill_empty_alpha(pixels: np.ndarray, channels: Sequence[str]) -> bool:
    """Set the main colour's alpha to 1, in place, where it is 0 everywhere though the colour shows a picture.

    Padding, attribute bits of 0 and alpha that was never rendered say nothing. Returns whether it was so.
    """
    found = find_color(channels)
    if found is None or found.alpha is None or not found.color or pixels[..., found.alpha].any():
        return False
    color = pixels[..., list(found.color)]
    if color.size == 0 or (color == color[0, 0]).all():
        return False
    pixels[..., found.alpha] = 1
    return True


def make_straight(pixels: np.ndarray, channels: Sequence[str], metadata: Mapping[str, Any]) -> None:
    """Divide colours by their layer's alpha in place, where that is inside (0, 1); elsewhere values stay exact."""
    largest = np.finfo(np.float32).max
    for color, alpha_index in associated_layers(channels, metadata):
        alpha = pixels[..., alpha_index]
        partial = (alpha > 0) & (alpha < 1)
        if not partial.any():
            continue
        for index in color:
            with np.errstate(over="ignore"):
                straight = pixels[..., index][partial] / alpha[partial]
            pixels[..., index][partial] = np.clip(straight, -largest, largest)


def as_floats(pixels: np.ndarray) -> np.ndarray:
    """Return a file's numbers as float32; integers become the float32 nearest to value / maximum."""
    if pixels.dtype == np.float32:
        return pixels
    return np.asarray(np.divide(pixels, np.float32(_UINT_MAX[str(pixels.dtype)]), dtype=np.float32))


def upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Return pixels turned as a file's Exif `orientation` (1 to 8) asks; 5 to 8 swap width and height."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.transpose(1, 0, 2)
    mirrored_rows, mirrored_columns = orientation in (3, 4, 7, 8), orientation in (2, 3, 6, 7)
    return np.ascontiguousarray(pixels[:: -1 if mirrored_rows else 1, :: -1 if mirrored_columns else 1])


def as_integers(pixels: np.ndarray, depth: str) -> np.ndarray:
    """Return `(H, W, C)` clipped to [0, 1] and rounded to the nearest of `depth`, "uint8" or "uint16"."""
    integers = np.empty(pixels.shape, depth)
    for start in range(0, len(pixels), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        values = np.fmax(pixels[rows], np.float32(0))  # NaN too
        np.minimum(values, np.float32(1), out=values)
        values *= np.float32(_UINT_MAX[depth])
        values += np.float32(0.5)
        integers[rows] = values  # the floor of x + 1/2
    return integers


def as_associated(
    pixels: np.ndarray, channels: Sequence[str], metadata: Mapping[str, Any], *, wide: Collection[str]
) -> np.ndarray:
    """Return the values for an EXR: colours times alpha; channels that are not `wide` fit a half but are not rounded.

    Alpha inside (0, 1) is rounded, so that reading the file divides by what it was multiplied with.
    """
    stored = np.array(pixels, dtype=np.float32, order="C")
    narrow = [index for index, name in enumerate(channels) if name not in wide]
    for color, alpha_index in associated_layers(channels, metadata):
        alpha = stored[..., alpha_index]
        partial = (alpha > 0) & (alpha < 1)
        if not partial.any():
            continue
        factor = alpha[partial]
        if alpha_index in narrow:
            factor = factor.astype(np.float16).astype(np.float32)
            alpha[partial] = factor
        for index in color:
            stored[..., index][partial] *= factor
    if narrow and max(stored.max(), -stored.min()) > HALF_MAX:
        for index in narrow:
            np.clip(stored[..., index], -HALF_MAX, HALF_MAX, out=stored[..., index])
    return stored

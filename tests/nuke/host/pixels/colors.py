"""Colour spaces of Read and Write: Nuke's own LUTs `linear` and `sRGB`, computed by OpenImageIO; others are refused."""

from __future__ import annotations

from typing import List

import numpy as np
import OpenImageIO as oiio

from ..faults import RenderError
from .picture import Plane

SPACES = {"linear": "lin_rec709", "sRGB": "sRGB"}
INTEGERS = ("uint8", "uint16")


def default_space(depth: str) -> str:
    """Return the space of `default`: sRGB for integers, linear for floats (Root's int8Lut, int16Lut, floatLut)."""
    return "sRGB" if depth in INTEGERS else "linear"


def convert(planes: List[Plane], source: str, target: str, where: str) -> List[Plane]:
    """Return the planes (each float32 (H, W)) in another space; raises RenderError for a name that this host lacks."""
    for name in (source, target):
        if name not in SPACES:
            raise RenderError(f"{where}: colour space {name!r} is not known here")
    if source == target or not planes or not planes[0].size:
        return planes
    padded = planes + [planes[-1]] * (3 - len(planes))
    buffer = oiio.ImageBuf(np.ascontiguousarray(np.stack(padded, axis=-1), np.float32))
    result = oiio.ImageBufAlgo.colorconvert(buffer, SPACES[source], SPACES[target])
    if result.has_error:
        raise RenderError(f"{where}: {result.geterror()}")
    pixels = np.asarray(result.get_pixels(oiio.FLOAT), np.float32)
    return [np.ascontiguousarray(pixels[..., at]) for at in range(len(planes))]

"""Material colours of extracted characters: near ones merged, near-black skin made believable.

Needs numpy only, because it runs beside Blender's own Python module.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SKIN_TONES = ((241, 194, 155), (224, 172, 125), (198, 134, 92), (255, 219, 190), (141, 92, 62))
MONSTER_TONES = {"zombie": (150, 178, 120), "goblin": (120, 165, 84)}
NEAR_BLACK = 48
NEAR_COLOR = 9.0  # CIE Lab distance under which two texture colours are one material
MAX_TEXTURE_COLORS = 20


def srgb_to_lab(color: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return CIE Lab (n, 3) of sRGB bytes (n, 3)."""
    value = color.astype(np.float64) / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    ratio = linear @ to_xyz.T / np.array([0.95047, 1.0, 1.08883])
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


def merge_colors(color: NDArray[np.uint8]) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Return (index, palette): near colours of (n, 3) become one entry, the most frequent colour leading."""
    unique, inverse, count = np.unique(color, axis=0, return_inverse=True, return_counts=True)
    lab = srgb_to_lab(unique)
    entry = np.full(len(unique), -1, np.int32)
    leaders: list[int] = []
    for i in np.argsort(-count, kind="stable"):
        distance = np.linalg.norm(lab[leaders] - lab[i], axis=1) if leaders else np.array([np.inf])
        if distance.min() > NEAR_COLOR and len(leaders) < MAX_TEXTURE_COLORS:
            entry[i] = len(leaders)
            leaders.append(int(i))
        else:
            entry[i] = int(distance.argmin())
    return entry[inverse.reshape(-1)], unique[leaders]


def linear_to_srgb_bytes(linear: Sequence[float]) -> tuple[int, int, int]:
    """Return the sRGB bytes of a linear colour."""
    value = np.clip(np.asarray(linear[:3], np.float64), 0, 1)
    encoded = np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055)
    red, green, blue = (int(v) for v in np.rint(encoded * 255))
    return red, green, blue


def mended_color(character: str, material: str, color: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return a believable tone for a `Skin` material that was authored nearly black, else the colour itself."""
    if not material.lower().startswith("skin") or max(color) > NEAR_BLACK:
        return color
    for word, tone in MONSTER_TONES.items():
        if word in character.lower():
            return tone
    return SKIN_TONES[zlib.crc32(character.encode()) % len(SKIN_TONES)]

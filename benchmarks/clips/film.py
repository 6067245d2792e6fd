"""Cuts as film and television have them: painted figures over painted scenery, grain, and lines that were extracted."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from cmft_engine.lineart.extract import extract_lines

GRAIN = 1.2 / 255  # standard deviation in every frame anew
FILM_QUALITY = 93  # of the JPEG that every frame passes through
DRIFT_PX = 2.5  # standard deviation of how far a figure moves from frame to frame, at 512 px
CLOUDS = ((4, 0.12), (12, 0.07), (40, 0.03))  # knots along a side, and how much they change the paint
SHAPES = (5, 12)  # of scenery, from and below

Floats = NDArray[np.float32]
Rgb8 = NDArray[np.uint8]


def film_frames(figures: Sequence[Floats], rng: np.random.Generator) -> list[Rgb8]:
    """Return frames, uint8 RGB (S, S, 3), of a figure that drifts over scenery which stands still.

    figures: premultiplied display RGBA (S, S, 4) in [0, 1], a drawing a frame.
    """
    size = figures[0].shape[0]
    ground = _scenery(size, rng)
    drift = rng.normal(0, DRIFT_PX, 2) * size / 512
    frames = []
    for number, figure in enumerate(figures):
        moved = np.array([[1, 0, drift[0] * number], [0, 1, drift[1] * number]])
        here = np.asarray(cv2.warpAffine(figure, moved, (size, size)), np.float32)
        picture = ground * (1 - here[..., 3:]) + here[..., :3] + rng.normal(0, GRAIN, ground.shape)
        seen = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
        _, stored = cv2.imencode(".jpg", seen[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, FILM_QUALITY])
        frames.append(np.ascontiguousarray(np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR))[..., ::-1]))
    return frames


def extracted_line_plate(frame: Rgb8) -> Rgb8:
    """Return the lines that `cmft lines` finds in a frame, black on white, uint8 RGB (S, S, 3)."""
    coverage = extract_lines(np.asarray(frame, np.float32) / np.float32(255))
    return np.repeat(np.rint(255 * (1 - coverage)).astype(np.uint8)[..., None], 3, axis=2)


def _scenery(size: int, rng: np.random.Generator) -> Floats:
    """Return a painted background, display RGB (S, S, 3): a gradient, clouds, and shapes with their own gradients."""
    y = np.linspace(0, 1, size, dtype=np.float32)[:, None, None]
    top, bottom = rng.uniform(0.25, 0.85, (2, 3))
    ground = top + (bottom - top) * y + np.zeros((size, size, 3))
    for knots, change in CLOUDS:
        cloud = rng.normal(0, 1, (knots, knots, 3)).astype(np.float32)
        ground += change * rng.uniform(0.3, 1) * cv2.resize(cloud, (size, size), interpolation=cv2.INTER_CUBIC)
    for _ in range(rng.integers(*SHAPES)):
        cover = _shape(size, rng)
        paint = rng.uniform(0.1, 0.9, 3) + rng.normal(0, 0.1, 3) * (2 * y - 1)
        ground = ground * (1 - cover) + paint * cover
    return np.asarray(np.clip(ground, 0, 1), np.float32)


def _shape(size: int, rng: np.random.Generator) -> Floats:
    """Return the coverage (S, S, 1) of a random convex shape with smooth borders."""
    large = 2 * size
    corners = rng.uniform(0, large, 2) + rng.normal(0, size / 4, (int(rng.integers(3, 7)), 2))
    hull = cv2.convexHull(corners.astype(np.int32).reshape(-1, 1, 2))
    cover = cv2.fillPoly(np.zeros((large, large), np.uint8), [hull], (255,), cv2.LINE_AA)
    return np.asarray(cv2.resize(cover, (size, size), interpolation=cv2.INTER_AREA)[..., None] / 255, np.float32)

"""Other paintings of a clip than flats: anti-aliased, compressed, shaded or textured, alike in all its drawings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from cmft_training.synthetic.drawn.plates import OVERSAMPLING

PaintingKind = Literal["flat", "anti-aliased", "jpeg", "soft", "gradient", "texture"]
KINDS: tuple[PaintingKind, ...] = get_args(PaintingKind)

Rng = np.random.Generator
Flats = NDArray[np.uint8]
"""RGB, (T, H, W, 3)."""
Parts = NDArray[np.uint16]
"""Numbers of parts, (T, S, S); a number means the same part in all drawings; 0 is the ground, which stays flat."""
Floats = NDArray[np.float64]

_LONG = 1.4  # length to width of a part from which its direction is known
_FINE, _COARSE = 96, 8  # knots of the watercolour's grain and blots on a square of four part sizes
_REACH = 4.0  # part sizes that the texture spans


def painted(flat: Flats, ids: Parts, line: NDArray[np.uint8], kind: PaintingKind, rng: Rng) -> Flats:
    """Return the drawings of a clip painted in one manner, RGB uint8 (T, S, S, 3), with their ink on top.

    flat: (T, S, S, 3), or drawn at three times the size, (T, 3S, 3S, 3). line: (T, S, S), 0 = ink; all 255 gives
    paint alone. What is random is drawn once a clip and moves with each part, but the grain of paper.
    "flat": the middle one of nine samples. "anti-aliased": the mean of nine, so that paints mix along borders without
    ink; flats at the size itself are enlarged with smooth borders first. "jpeg": anti-aliased, compressed with its ink.
    "soft": light from one side, darker towards the rim. "gradient": from one tone to another across each part.
    "texture": watercolour blots and grain. Raises ValueError for another kind or for sizes that do not fit.
    """
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r}; take one of {', '.join(KINDS)}")
    size = ids.shape[1]
    if flat.shape[1] not in (size, size * OVERSAMPLING) or not len(flat) == len(ids) == len(line):
        raise ValueError(f"flat {flat.shape} fits neither parts {ids.shape} nor three times their size")
    if kind in ("anti-aliased", "jpeg"):
        paint = _mixed(flat, ids).astype(np.float64)
    else:
        step = flat.shape[1] // size
        paint = flat[:, step // 2 :: step, step // 2 :: step].astype(np.float64)
    if kind in _SHADINGS:
        paint = _shaded(paint, ids, _SHADINGS[kind](rng, int(ids.max()) + 1))
    if kind == "texture":
        paint *= _paper(rng, paint.shape)
    inked = np.rint(np.clip(paint, 0.0, 255.0) * (line[..., None] / 255.0)).astype(np.uint8)
    return _compressed(inked, int(rng.integers(60, 93))) if kind == "jpeg" else inked


def _mixed(flat: Flats, ids: Parts) -> Flats:
    """Return the mean of nine samples of each pixel, uint8 (T, S, S, 3)."""
    size = ids.shape[1]
    if flat.shape[1] == size:
        flat = np.stack([_enlarged(paint, part) for paint, part in zip(flat, ids, strict=True)])
    pictures = [cv2.resize(paint, (size, size), interpolation=cv2.INTER_AREA) for paint in flat]
    return np.asarray(np.stack(pictures), np.uint8)


def _enlarged(flat: NDArray[np.uint8], part: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Return flats three times as large, each part's border smooth: a sample has the part that covers most of it."""
    size = part.shape[0] * OVERSAMPLING
    best, chosen = np.full((size, size), -1.0, np.float32), np.zeros((size, size, 3), np.uint8)
    for color, mask in _by_color(flat):
        soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.7)
        cover = cv2.resize(soft, (size, size), interpolation=cv2.INTER_LINEAR)
        larger = cover > best
        best[larger] = cover[larger]
        chosen[larger] = color
    return chosen


def _by_color(flat: NDArray[np.uint8]) -> list[tuple[NDArray[np.uint8], NDArray[np.bool_]]]:
    colors, index = np.unique(flat.reshape(-1, 3), axis=0, return_inverse=True)
    index = index.reshape(flat.shape[:2])
    return [(color, index == k) for k, color in enumerate(colors)]


@dataclass(frozen=True)
class PartFrame:
    """A part's own coordinates in one drawing, so that what is painted in them moves with the part.

    middle: (x, y) px. scale: px of one part size, the root of its largest area in the clip. angle: how far it turned
    since it was first seen, radians; 0 for a part without a direction.
    """

    middle: tuple[float, float]
    scale: float
    angle: float

    def coordinates(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Return (u, v) of pixels, in part sizes from the middle."""
        x, y = (columns - self.middle[0]) / self.scale, (rows - self.middle[1]) / self.scale
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        return x * cos + y * sin, y * cos - x * sin


@dataclass(frozen=True)
class Patch:
    """The pixels of one part in one drawing. rim: how far inside each lies, (n,), 0 at the border, 1 in the middle."""

    part: int
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    frame: PartFrame
    rim: Floats


Shading = Callable[[Patch], Floats]
"""Factors, (n, 3), on the paint of a patch's pixels."""


def _shaded(paint: Floats, ids: Parts, shading: Shading) -> Floats:
    result = paint.copy()
    for drawing, patches in zip(result, _patches(ids), strict=True):
        for patch in patches:
            drawing[patch.rows, patch.columns] *= shading(patch)
    return result


def _patches(ids: Parts) -> list[list[Patch]]:
    """Return the parts of every drawing with their frames, which follow each part through the clip."""
    area = np.max([np.bincount(part.ravel(), minlength=int(ids.max()) + 1) for part in ids], 0)
    first: dict[int, float] = {}
    result = []
    for part in ids:
        rim = cv2.distanceTransform(_inside(part), cv2.DIST_L2, 3)
        patches = []
        for number, rows, columns in _pixels(part):
            size = float(np.sqrt(area[number]))
            frame = _frame(rows, columns, size, first, number)
            depth = np.minimum(rim[rows, columns] / (0.35 * size), 1.0).astype(np.float64)
            patches.append(Patch(number, rows, columns, frame, depth))
        result.append(patches)
    return result


def _pixels(part: NDArray[np.uint16]) -> list[tuple[int, NDArray[np.intp], NDArray[np.intp]]]:
    order = np.argsort(part, axis=None, kind="stable")
    numbers, starts = np.unique(part.ravel()[order], return_index=True)
    pieces = np.split(order, starts[1:])
    return [
        (int(number), *np.unravel_index(piece, part.shape))  # type: ignore[misc]
        for number, piece in zip(numbers, pieces, strict=True)
        if number
    ]


def _inside(part: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Return 0 at pixels that touch another part, 1 elsewhere."""
    inside = np.ones(part.shape, np.uint8)
    for here, there, out in ((part[1:], part[:-1], inside[1:]), (part[:, 1:], part[:, :-1], inside[:, 1:])):
        out[here != there] = 0
    return inside


def _frame(
    rows: NDArray[np.intp], columns: NDArray[np.intp], size: float, first: dict[int, float], number: int
) -> PartFrame:
    """Return a part's frame; `first` keeps the direction that each part was first seen in."""
    x, y = columns - columns.mean(), rows - rows.mean()
    xx, yy, xy = float((x * x).mean()), float((y * y).mean()), float((x * y).mean())
    spread = np.hypot(xx - yy, 2 * xy)
    angle = 0.0
    if xx + yy + spread > _LONG**2 * max(xx + yy - spread, 1e-9):
        direction = 0.5 * float(np.arctan2(2 * xy, xx - yy))
        angle = direction - first.setdefault(number, direction)
        angle = (angle + np.pi / 2) % np.pi - np.pi / 2  # a direction has no head: the smaller turn
    return PartFrame((float(columns.mean()), float(rows.mean())), max(size, 1.0), float(angle))


def _soft(rng: Rng, n_parts: int) -> Shading:
    """Light from one side of the page, and a darker, cooler rim."""
    direction = rng.uniform(0.0, 2.0 * np.pi)
    slope, rim = rng.uniform(0.15, 0.35, n_parts), rng.uniform(0.05, 0.25, n_parts)
    shadow = np.array([1.0, 0.96, 0.82])  # of the three channels, how much they lose

    def shading(patch: Patch) -> Floats:
        x = (patch.columns - patch.frame.middle[0]) / patch.frame.scale
        y = (patch.rows - patch.frame.middle[1]) / patch.frame.scale
        lit = np.tanh(1.5 * (x * np.cos(direction) + y * np.sin(direction)))
        round_rim = np.sin(0.5 * np.pi * patch.rim) - 1.0
        level = slope[patch.part] * (lit - 0.5) + rim[patch.part] * round_rim
        factors: Floats = 1.0 + level[:, None] * shadow
        return factors

    return shading


def _gradient(rng: Rng, n_parts: int) -> Shading:
    """A linear gradient of its own in each part."""
    direction = rng.uniform(0.0, 2.0 * np.pi, n_parts)
    change = rng.uniform(-0.35, 0.35, (n_parts, 3)) * 0.4 + rng.choice([-1.0, 1.0], (n_parts, 1)) * 0.25

    def shading(patch: Patch) -> Floats:
        u, v = patch.frame.coordinates(patch.rows, patch.columns)
        along = u * np.cos(direction[patch.part]) + v * np.sin(direction[patch.part])
        factors: Floats = 1.0 + np.clip(along, -1.0, 1.0)[:, None] * change[patch.part] - 0.1
        return factors

    return shading


def _texture(rng: Rng, n_parts: int) -> Shading:
    """Blots and grain of watercolour, and the darker edge where it dried."""
    side = _FINE * 4
    blots = cv2.resize(rng.random((_COARSE * 4, _COARSE * 4)).astype(np.float32), (side, side))
    field = 0.7 * blots + 0.3 * cv2.GaussianBlur(rng.random((side, side)).astype(np.float32), (0, 0), 1.0)
    place = rng.uniform(0.0, side, (n_parts, 2))
    depth = rng.uniform(0.2, 0.45, n_parts)

    def shading(patch: Patch) -> Floats:
        u, v = patch.frame.coordinates(patch.rows, patch.columns)
        row = ((v / _REACH * side + place[patch.part, 0]) % side).astype(np.intp)
        column = ((u / _REACH * side + place[patch.part, 1]) % side).astype(np.intp)
        level = depth[patch.part] * (field[row, column] - 0.6) - 0.12 * (patch.rim < 0.1)
        return np.repeat(1.0 + level[:, None], 3, 1)

    return shading


_SHADINGS: dict[str, Callable[[Rng, int], Shading]] = {"soft": _soft, "gradient": _gradient, "texture": _texture}


def _paper(rng: Rng, shape: tuple[int, ...]) -> Floats:
    """Return the grain of the paper, a sheet for each drawing, factors (T, S, S, 1)."""
    sheets = [cv2.GaussianBlur(rng.random(shape[1:3]), (0, 0), 0.7) for _ in range(shape[0])]
    factors: Floats = 1.0 + 0.12 * (np.stack(sheets)[..., None] - 0.5)
    return factors


def _compressed(paint: Flats, quality: int) -> Flats:
    pictures = []
    for picture in paint:
        _, stored = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        pictures.append(np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR))[..., ::-1])
    return np.asarray(np.stack(pictures), np.uint8)

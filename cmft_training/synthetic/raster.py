"""Draw moving triangles as line art with exact part labels: a z-buffer, then ink where parts or depths break.

Knows nothing of characters, cameras or files. Creases between facets are never inked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cmft_training.synthetic.drawing import Drawing

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

SUBPIXELS = 3  # odd, so that one sample lies on the pixel centre
FAR = np.float32(1e30)
SHADOW = 1 << 16  # added to the part of a sample that lies in shadow


_Kernel = TypeVar("_Kernel", bound=Callable[..., Any])


def _compiled(kernel: _Kernel) -> _Kernel:
    """Return the kernel compiled at its first call, kept on disk, and free of the interpreter lock."""
    return cast(_Kernel, njit(cache=True, nogil=True, fastmath=True)(kernel))


@dataclass(frozen=True)
class Scene:
    """Triangles seen by the camera.

    points: float32 (n, 3), x to the right and y down in px of the drawing, z in the same unit, larger = farther.
    faces: int32 (m, 3) into points. part: uint16 (m,) part id of each face, from 1.
    light: float32 (n,) signed light at each point, negative = in shadow; None draws without shadows.
    n_parts: parts in all with the background; the shadow of part p gets the id ``p + n_parts - 1``.
    """

    points: Floats
    faces: Ints
    part: NDArray[np.uint16]
    n_parts: int
    light: Floats | None = None


@dataclass(frozen=True)
class Pen:
    """line_px: line width in px; depth_px: depth step inside one part that is inked; ink_shadow: ink its border."""

    line_px: float = 2.0
    depth_px: float = 6.0
    ink_shadow: bool = True


class _Layers(NamedTuple):
    """What the kernels know of each sample (H, W): face (-1 = none), depth, sample (part + SHADOW flag).

    slope: (m, 2) dz/dx and dz/dy of each face.
    """

    face: Ints
    depth: Floats
    sample: Ints
    slope: Floats


class _Stroke(NamedTuple):
    """Depth step in samples that is inked, whether shadow borders are inked, and how far ink reaches in px."""

    step: float
    ink_shadow: bool
    reach: float


def render(scene: Scene, *, size: int, pen: Pen) -> Drawing:
    """Return the drawing of a scene, `size` px square."""
    reach = pen.line_px / 2 + 0.5
    line, part = np.full((size, size), 255, np.uint8), np.zeros((size, size), np.uint16)
    corner, extent = _window(scene.points, size=size, margin=int(np.ceil(reach)) + 1)
    if extent.min() <= 0:
        return Drawing(line=line, part=part)
    origin = np.array([corner[0], corner[1], 0], np.float32)
    points = (np.asarray(scene.points, np.float32) - origin) * np.float32(SUBPIXELS)
    sample, distance = _draw(points, scene, (int(extent[1]), int(extent[0])), pen, reach)
    window = np.s_[corner[1] : corner[1] + extent[1], corner[0] : corner[0] + extent[0]]
    coverage = np.clip(reach - np.sqrt(distance), 0.0, min(1.0, pen.line_px))
    line[window] = np.rint(255.0 * (1.0 - coverage))
    middle = sample[SUBPIXELS // 2 :: SUBPIXELS, SUBPIXELS // 2 :: SUBPIXELS]
    part[window] = np.where(middle >= SHADOW, middle - SHADOW + scene.n_parts - 1, middle)
    return Drawing(line=line, part=part)


def _window(points: Floats, *, size: int, margin: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return corner and extent (x, y) in px of the rectangle that holds the points, inside the drawing."""
    low = np.clip(np.floor(points[:, :2].min(axis=0)).astype(np.int64) - margin, 0, size)
    high = np.clip(np.ceil(points[:, :2].max(axis=0)).astype(np.int64) + margin, 0, size)
    return low, high - low


def _draw(points: Floats, scene: Scene, shape: tuple[int, int], pen: Pen, reach: float) -> tuple[Ints, Floats]:
    """Return samples (parts and shadow flags) and the squared distance in px to the nearest inked border."""
    wide = (shape[0] * SUBPIXELS, shape[1] * SUBPIXELS)
    layers = _Layers(
        face=np.full(wide, -1, np.int32),
        depth=np.full(wide, FAR, np.float32),
        sample=np.zeros(wide, np.int32),
        slope=np.zeros((len(scene.faces), 2), np.float32),
    )
    light = np.zeros(len(points), np.float32) if scene.light is None else scene.light
    _fill(points, scene.faces, layers)
    _label(points, scene.faces, scene.part.astype(np.int32), light, layers)
    distance = np.full(shape, reach * reach, np.float32)
    stroke = _Stroke(float(pen.depth_px * SUBPIXELS), pen.ink_shadow, reach)
    _ink(layers, scene.faces, stroke, distance)
    return layers.sample, distance


@_compiled
def smooth_normals(vertices: Floats, faces: Ints) -> Floats:
    """Return unit normals float32 (n, 3) of vertices (n, 3), area-weighted over the faces (m, 3) that meet there."""
    normals = np.zeros_like(vertices)
    for k in range(faces.shape[0]):
        a, b, c = faces[k, 0], faces[k, 1], faces[k, 2]
        ux, uy, uz = (vertices[b, 0] - vertices[a, 0], vertices[b, 1] - vertices[a, 1], vertices[b, 2] - vertices[a, 2])
        vx, vy, vz = (vertices[c, 0] - vertices[a, 0], vertices[c, 1] - vertices[a, 1], vertices[c, 2] - vertices[a, 2])
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for i in (a, b, c):
            normals[i, 0] += nx
            normals[i, 1] += ny
            normals[i, 2] += nz
    for i in range(len(normals)):
        length = np.sqrt(normals[i, 0] ** 2 + normals[i, 1] ** 2 + normals[i, 2] ** 2)
        if length > 0:
            normals[i] /= length
    return normals


@_compiled
def _narrow(low: Any, high: Any, slope: Any, level: Any) -> tuple[Any, Any]:
    """Return the part of the interval [low, high] where ``slope * x + level`` is not negative."""
    if slope > 0:
        return max(low, -level / slope), high
    if slope < 0:
        return low, min(high, -level / slope)
    if level < 0:
        return high, low - np.float32(1.0)
    return low, high


@_compiled
def _fill(points: Floats, faces: Ints, layers: _Layers) -> None:
    """Fill in the nearest face of each sample and its depth, and the slope of each face."""
    face, depth, slope = layers.face, layers.depth, layers.slope
    height, width = face.shape
    zero, half, one = np.float32(0.0), np.float32(0.5), np.float32(1.0)
    seam = np.float32(2e-3)  # neighbours overlap by this much, so that rounding opens no crack between them
    for k in range(faces.shape[0]):
        a, b, c = faces[k, 0], faces[k, 1], faces[k, 2]
        x0, y0, z0 = points[a, 0], points[a, 1], points[a, 2]
        x1, y1, z1 = points[b, 0] - x0, points[b, 1] - y0, points[b, 2] - z0
        x2, y2, z2 = points[c, 0] - x0, points[c, 1] - y0, points[c, 2] - z0
        area = x1 * y2 - x2 * y1
        if abs(area) < 1e-6:
            continue
        gx, gy = (z1 * y2 - z2 * y1) / area, (x1 * z2 - x2 * z1) / area
        slope[k, 0], slope[k, 1] = gx, gy
        ux, uy, vx, vy = y2 / area, -x2 / area, -y1 / area, x1 / area  # gradients of the two barycentrics
        top = max(0, int(np.ceil(y0 + min(zero, y1, y2) - half)))
        bottom = min(height - 1, int(np.floor(y0 + max(zero, y1, y2) - half)))
        for y in range(top, bottom + 1):
            py = y + half - y0
            low, high = min(zero, x1, x2), max(zero, x1, x2)
            low, high = _narrow(low, high, ux, py * uy)
            low, high = _narrow(low, high, vx, py * vy)
            low, high = _narrow(low, high, -ux - vx, one - py * (uy + vy))
            left, right = (
                max(0, int(np.ceil(low + x0 - half - seam))),
                min(width - 1, int(np.floor(high + x0 - half + seam))),
            )
            z = z0 + gx * (left + half - x0) + gy * py
            for x in range(left, right + 1):
                if z < depth[y, x]:
                    depth[y, x] = z
                    face[y, x] = k
                z += gx


@_compiled
def _label(points: Floats, faces: Ints, part: Ints, light: Floats, layers: _Layers) -> None:
    """Fill in the part of each sample, plus SHADOW where the interpolated light is negative."""
    face, sample = layers.face, layers.sample
    plane = np.zeros((faces.shape[0], 3), np.float32)
    for k in range(faces.shape[0]):
        a, b, c = faces[k, 0], faces[k, 1], faces[k, 2]
        x1, y1, l1 = points[b, 0] - points[a, 0], points[b, 1] - points[a, 1], light[b] - light[a]
        x2, y2, l2 = points[c, 0] - points[a, 0], points[c, 1] - points[a, 1], light[c] - light[a]
        area = x1 * y2 - x2 * y1
        plane[k, 2] = light[a]
        if abs(area) >= 1e-6:
            plane[k, 0], plane[k, 1] = (l1 * y2 - l2 * y1) / area, (x1 * l2 - x2 * l1) / area
            plane[k, 2] -= plane[k, 0] * points[a, 0] + plane[k, 1] * points[a, 1]
    for y in range(face.shape[0]):
        for x in range(face.shape[1]):
            k = face[y, x]
            if k >= 0:
                sample[y, x] = part[k]
                if plane[k, 0] * (x + 0.5) + plane[k, 1] * (y + 0.5) + plane[k, 2] < 0:
                    sample[y, x] += SHADOW


@_compiled
def _depth_step(layers: _Layers, y: int, x: int, dy: int, dx: int) -> float:
    """Return the depth step between sample (y, x) and its neighbour that the slopes of their faces do not explain."""
    here, there = layers.face[y, x], layers.face[y + dy, x + dx]
    step = layers.depth[y + dy, x + dx] - layers.depth[y, x]
    ahead = step - layers.slope[here, 0] * dx - layers.slope[here, 1] * dy
    behind = step - layers.slope[there, 0] * dx - layers.slope[there, 1] * dy
    return float(min(abs(step), abs(ahead), abs(behind)))


@_compiled
def _touch(faces: Ints, one: int, other: int) -> bool:
    """Return whether two faces share a vertex."""
    for p in range(3):
        for q in range(3):
            if faces[one, p] == faces[other, q]:
                return True
    return False


@_compiled
def _stamp(distance: Floats, cx: float, cy: float, reach: float) -> None:
    """Lower the squared distances (px) around the point (cx, cy) of an inked border."""
    for y in range(max(0, int(cy - reach)), min(distance.shape[0], int(cy + reach) + 1)):
        for x in range(max(0, int(cx - reach)), min(distance.shape[1], int(cx + reach) + 1)):
            d = (x + 0.5 - cx) ** 2 + (y + 0.5 - cy) ** 2
            if d < distance[y, x]:
                distance[y, x] = d


@_compiled
def _ink(layers: _Layers, faces: Ints, stroke: _Stroke, distance: Floats) -> None:
    """Lower `distance` (S, S), squared px, to the nearest border between neighbouring samples that is inked."""
    face, sample = layers.face, layers.sample
    height, width = sample.shape
    scale = 1.0 / SUBPIXELS
    for y in range(height):
        for x in range(width):
            a, k = sample[y, x], face[y, x]
            for dy, dx in ((0, 1), (1, 0)):
                if y + dy == height or x + dx == width:
                    continue
                b, j = sample[y + dy, x + dx], face[y + dy, x + dx]
                if k == j and a == b:
                    continue
                inked = (a != b and stroke.ink_shadow) or (a ^ b) & (SHADOW - 1) != 0
                if not inked and k != j and not _touch(faces, k, j):
                    inked = _depth_step(layers, y, x, dy, dx) > stroke.step
                if inked:
                    _stamp(distance, (x + 0.5 + 0.5 * dx) * scale, (y + 0.5 + 0.5 * dy) * scale, stroke.reach)

"""PatchMatch (Barnes, Shechtman, Finkelstein and Goldman, SIGGRAPH 2009) on feature maps, compiled.

A field is int32 (H, W, 2): for each pixel of A the y, x of its match in B. Maps are float32 (h, w, C), of A and B as
many channels. A patch that leaves the map sees its border repeated. Knows no network and no picture.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

_Kernel = TypeVar("_Kernel", bound=Callable[..., Any])


def _compiled(kernel: _Kernel) -> _Kernel:
    """Return the kernel compiled at its first call and kept on disk."""
    return cast(_Kernel, njit(cache=True, nogil=True, fastmath=True)(kernel))


@_compiled
def _cost(a: np.ndarray, b: np.ndarray, at: tuple[int, int, int, int], radius: int, limit: float) -> float:
    """Return the squared difference of two patches, or something above `limit` as soon as it is exceeded."""
    ay, ax, by, bx = at
    total = 0.0
    for dy in range(-radius, radius + 1):
        ya = min(max(ay + dy, 0), a.shape[0] - 1)
        yb = min(max(by + dy, 0), b.shape[0] - 1)
        for dx in range(-radius, radius + 1):
            xa = min(max(ax + dx, 0), a.shape[1] - 1)
            xb = min(max(bx + dx, 0), b.shape[1] - 1)
            for c in range(a.shape[2]):
                difference = a[ya, xa, c] - b[yb, xb, c]
                total += difference * difference
        if total > limit:
            break
    return total


@_compiled
def _try(
    a: np.ndarray, b: np.ndarray, field: np.ndarray, costs: np.ndarray, at: tuple[int, int, int, int], radius: int
) -> None:
    """Take the match `at` for its pixel if it is cheaper than the one there."""
    ay, ax, by, bx = at
    by = min(max(by, 0), b.shape[0] - 1)
    bx = min(max(bx, 0), b.shape[1] - 1)
    cost = _cost(a, b, (ay, ax, by, bx), radius, costs[ay, ax])
    if cost < costs[ay, ax]:
        costs[ay, ax] = cost
        field[ay, ax, 0] = by
        field[ay, ax, 1] = bx


@_compiled
def _search(
    a: np.ndarray, b: np.ndarray, field: np.ndarray, costs: np.ndarray, limits: tuple[int, int, int, int]
) -> None:
    radius, reach, iterations, seed = limits
    np.random.seed(seed)  # numba's own generator, which knows no other
    height, width = a.shape[0], a.shape[1]
    for iteration in range(iterations):
        step = 1 if iteration % 2 == 0 else -1
        for i in range(height):
            y = i if step == 1 else height - 1 - i
            for j in range(width):
                x = j if step == 1 else width - 1 - j
                if 0 <= y - step < height:
                    _try(a, b, field, costs, (y, x, field[y - step, x, 0] + step, field[y - step, x, 1]), radius)
                if 0 <= x - step < width:
                    _try(a, b, field, costs, (y, x, field[y, x - step, 0], field[y, x - step, 1] + step), radius)
                near = reach
                while near >= 1:
                    by = field[y, x, 0] + np.random.randint(-near, near + 1)
                    bx = field[y, x, 1] + np.random.randint(-near, near + 1)
                    _try(a, b, field, costs, (y, x, by, bx), radius)
                    near //= 2


@_compiled
def _costs_of(a: np.ndarray, b: np.ndarray, field: np.ndarray, radius: int) -> np.ndarray:
    costs = np.empty((a.shape[0], a.shape[1]), np.float32)
    for y in range(a.shape[0]):
        for x in range(a.shape[1]):
            costs[y, x] = _cost(a, b, (y, x, field[y, x, 0], field[y, x, 1]), radius, 1e30)
    return costs


@_compiled
def _take_inverse(
    a: np.ndarray, b: np.ndarray, field: np.ndarray, costs: np.ndarray, back: np.ndarray, radius: int
) -> None:
    for y in range(back.shape[0]):
        for x in range(back.shape[1]):
            _try(a, b, field, costs, (back[y, x, 0], back[y, x, 1], y, x), radius)


@_compiled
def _vote(field: np.ndarray, values: np.ndarray, radius: int) -> np.ndarray:
    height, width = field.shape[0], field.shape[1]
    out = np.zeros((height, width, values.shape[2]), np.float32)
    for y in range(height):
        for x in range(width):
            count = 0
            for dy in range(-radius, radius + 1):
                for dx in range(-radius, radius + 1):
                    if not (0 <= y + dy < height and 0 <= x + dx < width):
                        continue
                    by, bx = field[y + dy, x + dx, 0] - dy, field[y + dy, x + dx, 1] - dx
                    if 0 <= by < values.shape[0] and 0 <= bx < values.shape[1]:
                        count += 1
                        out[y, x] += values[by, bx]
            out[y, x] /= max(count, 1)
    return out


def match_both_ways(
    a: np.ndarray, b: np.ndarray, start: tuple[np.ndarray, np.ndarray], *, radius: int, reach: int, iterations: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the fields from A to B and from B to A, found from the two in `start`, which stay as they are.

    Each is searched alone, then takes over what the other, turned round, knows better. radius: of a patch in px;
    reach: farthest random step in px.
    """
    a, b = np.ascontiguousarray(a, np.float32), np.ascontiguousarray(b, np.float32)
    there, back = start[0].copy(), start[1].copy()
    costs_there, costs_back = _costs_of(a, b, there, radius), _costs_of(b, a, back, radius)
    _search(a, b, there, costs_there, (radius, reach, iterations, 1))
    _search(b, a, back, costs_back, (radius, reach, iterations, 2))
    found = there.copy()
    _take_inverse(a, b, there, costs_there, back, radius)
    _take_inverse(b, a, back, costs_back, found, radius)
    return there, back


def same_place(size: tuple[int, int], other: tuple[int, int]) -> np.ndarray:
    """Return the field from a map of `size` to one of `other` that leads to the same place."""
    y, x = (np.arange(n) * m // n for n, m in zip(size, other, strict=True))
    return np.stack(np.meshgrid(y, x, indexing="ij"), axis=-1).astype(np.int32)


def refine(field: np.ndarray, size: tuple[int, int], other: tuple[int, int], coarse: tuple[int, int]) -> np.ndarray:
    """Return a field at a finer (H, W) = size, into a map of `other`, which was `coarse` in size before."""
    rows, columns = (np.arange(n) * m // n for n, m in zip(size, field.shape[:2], strict=True))
    inner = np.stack(np.meshgrid(*(np.arange(n) for n in size), indexing="ij"), axis=-1)
    starts = (i * n // m for i, n, m in zip((rows, columns), size, field.shape[:2], strict=True))
    begin = np.stack(np.meshgrid(*starts, indexing="ij"), axis=-1)
    scaled = field[rows[:, None], columns[None]].astype(np.int64) * np.array(other) // np.array(coarse)
    return np.asarray(np.minimum(scaled + inner - begin, np.array(other) - 1), np.int32)


def vote(field: np.ndarray, values: np.ndarray, *, radius: int) -> np.ndarray:
    """Return for each pixel of A the mean of what all patches over it bring from B's values (h, w, D), float32."""
    return np.asarray(_vote(field, np.ascontiguousarray(values, np.float32), radius))

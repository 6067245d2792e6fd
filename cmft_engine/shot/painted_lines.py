"""Which coloured lines a painting keeps, and which it covers with the paint beside them.

Each coloured line of the line plate is looked for in the painting. A painting that does not even show the main lines
says nothing. Shapes: H W plate size.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..lineart.colored_lines import ColoredLines, find_colored_lines, give_back
from ..lineart.lineart import LineArt
from ..lineart.paper import Mask, over_white

BARE = 0.02  # pixels with less ink than this show paint
SIDES = ((0, 0), (-4, -4), (-4, 4), (4, -4), (4, 4))  # the paints beside a line are looked up so far from its middle
SHIFT_PX = 1  # a painting may lie beside its line plate by so much
LINE_ERROR = 0.5  # a kept line is nearer to its ink than this share of the step from the paint to the ink
MAIN_STEP, MAIN_LEAST = 0.25, 0.08  # a main line is off the paint by this share of the step to its ink, and by so much
FAINT_STEP = 0.1  # ink that looks so much like the paint beside it tells nothing
MAIN_TOLD = 0.05  # where less of the main lines tells anything, they are taken to be there
HIDES, HIDES_LEAST = 1, 0.03  # of the ways to lay ink, the one that hides the paint; by how much it must fit better
LEAST_PX = 4  # a piece of a line with fewer pixels in its middle tells nothing
TOLD_SHARE = 0.5  # of the pixels of a line that must tell something, and that must show it if it is kept
MAIN_SHARE, MAIN_SAMPLE = 0.5, 2000  # main lines are looked for where they cover this share of the most; pixels

Floats = NDArray[np.float32]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class PaintedLines:
    """What a painting says of coloured lines.

    places: float32 (N, 2), x and y of the pixels in the middle of the lines that it keeps or covers. hue: (N,), which
    of TRACE_HUES. kept: bool (N,), False where the line is covered. opaque: bool (N,), kept ones that hide the paint
    where they are pale.
    """

    places: Floats
    hue: Places
    kept: Mask
    opaque: Mask


def read_painted_lines(rgb: Floats, alpha: Floats | None, lines: LineArt) -> tuple[LineArt, PaintedLines | None]:
    """Return the line art with the lines that a painting keeps given back, and what the painting says.

    rgb: the painting in display RGB (H, W, 3), straight; alpha: (H, W) or None. lines: of its line plate. None where
    there are no coloured lines, or where the painting shows no ink at all.
    """
    colored = find_colored_lines(lines)
    if colored is None:
        return lines, None
    look = _Look.at(np.clip(rgb if alpha is None else over_white(rgb, alpha), 0, 1), lines, colored)
    if not _shows_main_lines(look, lines):
        return lines, None
    at = colored.taken.places[colored.crest]
    told, kept, opaque = _compare(look, colored)
    owner = colored.owner[colored.crest]
    says = told[owner]
    y, x = np.divmod(at[says], lines.ink.shape[1])
    owner = owner[says]
    painted = PaintedLines(np.stack([x, y], 1).astype(np.float32), colored.hue[owner], kept[owner], opaque[owner])
    return give_back(lines, colored, kept, opaque), painted


@dataclass(frozen=True)
class _Look:
    """A painting to be looked up: near, far: (H, W) flat index of the nearest bare pixel, and of one away from ink."""

    picture: Floats
    near: Places
    far: Places

    @classmethod
    def at(cls, picture: Floats, lines: LineArt, colored: ColoredLines) -> _Look:
        covered = lines.ink | (lines.coverage > BARE)
        covered.ravel()[colored.taken.places[colored.taken.coverage > BARE]] = True
        wide = cv2.dilate(covered.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        return cls(picture, _nearest_bare(covered), _nearest_bare(covered if wide.all() else wide))

    def colors(self, at: Places, shift: tuple[int, int]) -> tuple[Floats, Floats]:
        """Return the pixels (N, 3) at flat places of a painting that is shifted, and the paints (N, k, 3) beside."""
        beside = [self.near.ravel()[at], *(self.far.ravel()[self._moved(at, side)] for side in SIDES)]
        paints = np.stack([self._pixels(self._moved(place, shift)) for place in beside], 1)
        return self._pixels(self._moved(at, shift)), paints

    def _moved(self, at: Places, by: tuple[int, int]) -> Places:
        height, width = self.picture.shape[:2]
        y, x = np.divmod(at, width)
        moved: Places = np.clip(y + by[0], 0, height - 1) * width + np.clip(x + by[1], 0, width - 1)
        return moved

    def _pixels(self, at: Places) -> Floats:
        pixels: Floats = self.picture.reshape(-1, 3)[at]
        return pixels


def _nearest_bare(covered: Mask) -> Places:
    """Flat index (H, W) of the nearest pixel that is not covered; of each pixel itself where all are covered."""
    if covered.all():
        return np.arange(covered.size).reshape(covered.shape)
    _, labels = cv2.distanceTransformWithLabels(
        covered.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    bare = np.flatnonzero(~covered)
    place = np.zeros(int(labels.max()) + 1, np.intp)
    place[labels.ravel()[bare]] = bare
    return np.asarray(place[labels])


def _shows_main_lines(look: _Look, lines: LineArt) -> bool:
    """Whether the painting shows something else than paint along most of the main lines; so where none can tell."""
    at = np.flatnonzero(lines.coverage > MAIN_SHARE * lines.coverage.max(initial=0))
    at = at[:: max(1, at.size // MAIN_SAMPLE)]
    for shift in _shifts():
        pixels, paints = look.colors(at, shift)
        step = _best(*_compare_ink(pixels, paints, lines.coverage.ravel()[at], lines.color.reshape(-1, 3)[at]))[1]
        tells = step >= FAINT_STEP
        off = _off_paint(pixels, paints)[tells] > np.maximum(MAIN_STEP * step[tells], MAIN_LEAST)
        if off.size <= MAIN_TOLD * at.size or off.mean() > TOLD_SHARE:
            return True
    return False


def _compare(look: _Look, colored: ColoredLines) -> tuple[Mask, Mask, Mask]:
    """Of which coloured lines (count,) the painting tells something, which of these it keeps, and which hide the paint.

    Each line is looked for within SHIFT_PX, and where most of it is found counts.
    """
    at = colored.taken.places[colored.crest]
    ink = colored.taken.coverage[colored.crest], colored.taken.color[colored.crest]
    length = np.maximum(colored.count_crests(), 1)
    told, best, hiding = np.zeros(length.size, np.bool_), np.zeros(length.size), np.zeros(length.size)
    for shift in _shifts():
        pixels, paints = look.colors(at, shift)
        errors, steps = _compare_ink(pixels, paints, *ink)
        error, step = _best(errors, steps)
        tells = step >= FAINT_STEP
        shown = tells & (error <= LINE_ERROR * step) & (error < _off_paint(pixels, paints))
        n_told = colored.count_crests(tells)
        told |= n_told >= TOLD_SHARE * length
        share = colored.count_crests(shown) / np.maximum(n_told, TOLD_SHARE * length)
        hides = colored.count_crests(shown & (errors[HIDES] < np.delete(errors, HIDES, 0).min(0) - HIDES_LEAST))
        hiding = np.where(share > best, hides / np.maximum(colored.count_crests(shown), 1), hiding)
        best = np.maximum(best, share)
    told &= length >= LEAST_PX
    kept = told & (best > TOLD_SHARE)
    return told, kept, kept & (hiding > TOLD_SHARE)


def _shifts() -> list[tuple[int, int]]:
    """Rows and columns by which a painting may be shifted, none first."""
    around = (0, *(n for n in range(-SHIFT_PX, SHIFT_PX + 1) if n))
    return [(dy, dx) for dy in around for dx in around]


def _compare_ink(pixels: Floats, paints: Floats, coverage: Floats, color: Floats) -> tuple[Floats, Floats]:
    """How far pixels (N, 3) are from ink with coverage (N,) and color (N, 3), and how far that ink is from all paint.

    The ink lies over one of the paints (N, k, 3) as far as it covers, or hides it as it hides paper, or multiplies it.
    Both (3, N), for these three ways.
    """
    alone = (1 - coverage[:, None] + color)[:, None]
    found = []
    for ways in (paints * (1 - coverage[:, None, None]) + color[:, None], alone, paints * alone):
        distance = _length(ways - pixels[:, None])
        best = distance.argmin(1)
        rows = np.arange(best.size)
        found.append((distance[rows, best], _off_paint(ways[rows, best], paints)))
    errors, steps = (np.stack(values) for values in zip(*found, strict=True))
    return errors, steps


def _best(errors: Floats, steps: Floats) -> tuple[Floats, Floats]:
    """Error and step (N,) of the way, of three, that fits each pixel best; a way that tells nothing fits none."""
    fits = (errors / np.maximum(steps, 1e-6) + np.where(steps < FAINT_STEP, 1e6, 0)).argmin(0)[None]
    return np.take_along_axis(errors, fits, 0)[0], np.take_along_axis(steps, fits, 0)[0]


def _off_paint(pixels: Floats, paints: Floats) -> Floats:
    """How far pixels (N, 3) are from a mixture of the nearest paint (N, k, 3) with another one beside: (N,)."""
    first = paints[:, :1]
    along = paints - first
    step = pixels[:, None] - first
    share = np.einsum("nki,nki->nk", np.broadcast_to(step, along.shape), along) / np.maximum(_length(along) ** 2, 1e-9)
    off: Floats = _length(step - along * np.clip(share, 0, 1)[..., None]).min(1)
    return off


def _length(vectors: Floats) -> Floats:
    """Lengths (...) of vectors (..., 3)."""
    return np.asarray(np.sqrt(np.einsum("...i,...i->...", vectors, vectors)))

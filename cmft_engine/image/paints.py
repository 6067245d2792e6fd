"""The paints of a painting as people make it, and which of them each pixel shows: one, or a mixture of two.

A painting of clean flats keeps its exact colours. Where borders are soft, a pixel between two paints is a mixture of
these two. Where a file is lossy or the brush soft, near colours are read as one paint. No painting is refused.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from .color_space import over_white
from .file_noise import FileNoise, away, blurred_hue, hue_noise, is_clean, seen_distance, with_quiet_hue
from .paint_map import PaintMap, paint_areas
from .paint_mixtures import around, from_nearest, mixtures, off_paints
from .palette import MAX_COLORS, Painting, Palette, PaletteColor, exact_colors, named_palette, without_roundings
from .strips import strips

log = logging.getLogger(__name__)

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]
Mask = NDArray[np.bool_]
OwnPixels = Literal["none", "unexplained", "all"]

NEAR = 4.0  # CIE76: paints that look nearer than this are one, in a painting whose colours are not exact
WIDEN = 1.25  # how much farther paints may be from each other when there are too many
MIN_PAINT_PX = 6  # a paint of fewer pixels is none, unless it is all that a region has
SPECK_SHARE, SPECK_NEAR = 0.03, 3.0  # a paint with less of a region, this many times as near as others, is noise
OWN_TOLERANCE = 0.015  # a pixel that is farther from its paints, in display values, is shown as it was painted;
NOISY_TOLERANCE = 0.03  # where the file is noisy, one that is so far on average over its surroundings
SAME = 1.0  # a palette entry that looks no farther from a paint that was read is that paint
STEP_SHARE, STEP_NEAR = 0.04, 2.5  # paints with so much of a region, this many times as near as others, are steps
DUST_PX = 2  # so few pixels of a colour of their own are dirt
PAINTERLY_TOLERANCE, PAINTERLY_SHARE = 0.008, 0.35  # with a larger share so far off, a region is no flat paint at all
JPEG_TOLERANCE = 0.016  # likewise in what was a JPEG, whose blocks are off as a whole


@dataclass(frozen=True)
class PaintsRead:
    """The paints of some paintings: the palette, how many colours there were, and whether near ones were merged.

    noise: of each painting; `near` is the same in all. names: the paintings' files.
    """

    palette: Palette
    colors_seen: int
    noise: tuple[FileNoise, ...]
    names: tuple[str, ...] = ()

    @property
    def near(self) -> float:
        """Return the CIE76 distance within which a pixel shows a paint; 0 where colours are exact."""
        return self.noise[0].near

    @property
    def told(self) -> str:
        """Return what was merged, as a sentence; "" where colours are exact."""
        if self.near == 0:
            return ""
        where = ", ".join(filter(None, self.names)) + ": " if any(self.names) else ""
        was_jpeg = any(one.beside is not None for one in self.noise)
        why = "the file is or was a JPEG" if was_jpeg else "the painting is soft or noisy"
        return (f"{where}{self.colors_seen:,} colours are read as {len(self.palette)} paints: {why}; flat colours "
                "without a soft brush, saved as PNG, TIFF or EXR, stay exact")


def read_paints(paintings: Sequence[Painting], *, space: str) -> PaintsRead:
    """Return the paints of all paintings, which are in one colour space.

    Exact colours where the painting is clean flats, with hard or soft borders; else colours that look alike are one,
    the more alike the more there are. Raises PaletteError when no painting is given.
    """
    values, areas = exact_colors(paintings)
    if len(values) <= MAX_COLORS:
        exact = named_palette(values, areas, space, paintings)
        if all(is_clean(one, exact) for one in paintings):
            return PaintsRead(without_roundings(exact, paintings), len(values), (FileNoise(),) * len(paintings))
    looks = [_Looks.of(painting, space) for painting in paintings]
    rows, weights = _histogram(looks)
    near, leaders = NEAR, _all_leaders(looks, rows, weights, NEAR)
    while len(leaders) > MAX_COLORS:
        near *= WIDEN
        leaders = _all_leaders(looks, rows, weights, near)
    values, areas = _values_of(paintings, looks, leaders)
    names = tuple(painting.name for painting in paintings)
    noise = tuple(FileNoise(near, one.beside) for one in looks)
    return PaintsRead(named_palette(values, areas, space, paintings), _count_colors(paintings), noise, names)


def map_paints(
    painting: Painting, bare: Mask, palette: Palette, *, noise: FileNoise, own: OwnPixels = "unexplained",
    read: Palette | None = None,
) -> PaintMap:
    """Return which paints of the palette each pixel of a painting shows.

    bare: (H, W), where no ink lies; ink and what is beside it gets the paint of the nearest bare pixel. noise: the
    painting's, of `PaintsRead`. A colour that is in no palette entry, and no mixture of two that meet there, is its
    nearest entry. own: which pixels are shown as they were painted.
    read: the palette of `PaintsRead`, where a person gave another one: a paint of it that the given palette lacks
    counts as the entry that it was merged into, else as the nearest.
    """
    known = _Entries.of(palette, read)
    found = _map_known(painting, bare, known, noise=noise, own=own)
    if read is not None and bare.any() and not known.given[found.first[bare]].any():
        log.warning("%s: none of its colours is in the palette; the nearest are taken", painting.name)
    first, second = known.owner[found.first], known.owner[found.second]
    share = np.where(first == second, np.float32(0), found.share)
    return replace(found, first=first, second=second, share=share).with_exact(palette.values)


@dataclass(frozen=True)
class _Entries:
    """All colours that a palette stands for: its entries, those merged into them, then those read that it lacks.

    owner: int32 (n,), the entry that each shows. given: bool (n,), those that are in the palette, or look the same as
    one that is. chosen: bool (n,), entries that a person added to what was read.
    """

    palette: Palette
    owner: Labels
    given: Mask
    chosen: Mask

    @classmethod
    def of(cls, palette: Palette, read: Palette | None) -> _Entries:
        colors, owner = list(palette.colors), list(range(len(palette)))
        for number, color in enumerate(palette.colors):
            colors += [PaletteColor("", values) for values in color.merged]
            owner += [number] * len(color.merged)
        given, chosen = [True] * len(colors), np.zeros(len(palette), np.bool_)
        known = {color.values for color in colors}
        lacking = [color for color in (read or palette).colors if color.values not in known]
        if lacking:
            nearest, distance = _nearest(_looks_of(lacking, palette.space), _looks_of(colors, palette.space))
            owner += [owner[place] for place in nearest]
            given += (distance <= SAME).tolist()
            colors += lacking
        if read is not None:
            looks = (_looks_of(one.colors, palette.space) for one in (palette, read))
            chosen = _nearest(*looks)[1] > SAME
        return cls(Palette(tuple(colors), palette.space), np.array(owner, np.int32), np.array(given),
                   np.pad(chosen, (0, len(colors) - len(palette))))


def _looks_of(colors: Sequence[PaletteColor], space: str) -> Floats:
    """Lab and alpha in per cent (n, 4) of palette colours."""
    return np.asarray(_look(np.array([color.values for color in colors], np.float32)[None], space)[0])


def _map_known(painting: Painting, bare: Mask, known: _Entries, *, noise: FileNoise, own: OwnPixels) -> PaintMap:
    """As `map_paints`, in the entries of `known`."""
    palette, near = known.palette, noise.near
    entries = _looks_of(palette.colors, palette.space)
    if near == 0:
        pure = np.concatenate([palette.index_of(painting.pixels[rows]) for rows in strips(bare.shape)])
    else:
        look = _look(painting.pixels, palette.space)
        nearest, distance = _nearest(look, entries)
        if noise.beside is not None:
            distance = seen_distance(look - entries[nearest], noise.beside, STEP_NEAR * near)
        pure = np.where(distance <= near, nearest, -1).astype(np.int32)
        pure = _without_specks(pure, painting.labels, entries, known, near=near)
    pure[~bare] = -1
    if not (pure >= 0).any():
        if bare.any():
            log.warning("%s: none of its colours is in the palette; the nearest are taken", painting.name)
        return PaintMap.pure(_nearest(_look(painting.pixels, palette.space), entries)[0])
    filled = from_nearest(pure, pure < 0)
    first, second, share = filled, filled.copy(), np.zeros(pure.shape, np.float32)
    at = np.nonzero(bare & (pure < 0))
    if len(at[0]):
        pixels = painting.pixels[at]
        nearest = _nearest(_look(pixels[None], palette.space)[0], entries)[0]
        first = filled.copy()
        first[at], second[at], share[at] = mixtures(pixels, (nearest, filled[at]), around(pure, at), palette.values)
    found = PaintMap(first, second, share)
    if own == "none":
        return found
    shown = bare if own == "all" else _unexplained(painting, bare, found, known, entries, noise)
    if not shown.any() and near == 0:  # exact: no pixel is known better than by its paint
        return found
    return replace(found, own=from_nearest(shown, ~bare), pixels=from_nearest(painting.pixels, ~bare))


def _unexplained(
    painting: Painting, bare: Mask, found: PaintMap, known: _Entries, entries: Floats, noise: FileNoise
) -> Mask:
    """Bare pixels that their paints do not show: more than a few levels off, on average where the file is noisy.

    A region that is off nearly everywhere is a gradient, a texture or a painting: all of its pixels count.
    """
    near, beside = noise.near, noise.beside
    if near == 0:
        parts = (off_paints(painting.pixels[rows], bare[rows], found.rows(rows), known.palette)
                 for rows in strips(bare.shape))
        off = np.concatenate([np.abs(part).max(2) for part in parts])
    else:
        weight = cv2.blur(bare.astype(np.float32), (5, 5))
        around = cv2.blur(off_paints(painting.pixels, bare, found, known.palette), (5, 5))
        around /= np.maximum(weight, 1e-3)[..., None]
        off = np.abs(around if beside is None else with_quiet_hue(around, beside)).max(2)
    own = _without_dust(bare & (off > (NOISY_TOLERANCE if near > 0 else OWN_TOLERANCE)))
    labels = np.where(bare, painting.labels, 0)
    area = np.bincount(labels.ravel())
    painted = off > (PAINTERLY_TOLERANCE if beside is None else JPEG_TOLERANCE)
    painterly = np.bincount(labels[painted], minlength=len(area)) > PAINTERLY_SHARE * area
    if near > 0:
        painterly |= _runs_through_paints(labels, known.owner[found.first], len(area), entries, near)
    painterly[0] = False
    return np.asarray(own | painterly[labels])


def _runs_through_paints(labels: Labels, first: Labels, count: int, entries: Floats, near: float) -> Mask:
    """Which regions (count,) run from paint to paint that look much alike: gradients, cut into steps."""
    table = paint_areas(labels.ravel(), first.ravel(), count, len(entries))
    share = table / np.maximum(table.sum(1, keepdims=True), 1)
    alike = _alike(entries, STEP_NEAR * near)
    np.fill_diagonal(alike, False)
    has_neighbor = (share >= STEP_SHARE).astype(np.float32) @ alike > 0
    return np.asarray((share * has_neighbor).sum(1) > 0.5)


def _without_dust(own: Mask) -> Mask:
    """Pixels without those that stand alone or in pairs: dirt and broken values, not strokes."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(own.astype(np.uint8), connectivity=8)
    kept = stats[:, cv2.CC_STAT_AREA] > DUST_PX
    kept[0] = False
    return np.asarray(kept[labels]) if count > 1 else own


def _without_specks(pure: Labels, labels: Labels, entries: Floats, known: _Entries, *, near: float) -> Labels:
    """Noise within an area is one paint: entries with a small share of a region that look much like its main paint.

    Entries of one owner are one. What a person added stays where it fills a patch.
    """
    n = len(entries)
    lies = (labels > 0) & (pure >= 0)
    region, owner = labels[lies], known.owner[pure[lies]]
    table = paint_areas(region, owner, int(labels.max(initial=0)) + 1, n)
    main = table.argmax(1)
    alike = _alike(entries, SPECK_NEAR * near)
    speck = ((table < SPECK_SHARE * table.sum(1, keepdims=True)) & alike[main])[region, owner]
    for chosen in np.flatnonzero(known.chosen):
        patch = cv2.morphologyEx((pure == chosen).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        speck &= cv2.dilate(patch, np.ones((3, 3), np.uint8))[lies] == 0
    out = pure.copy()
    out[lies] = np.where(speck, main[region], pure[lies])
    return out


def _alike(entries: Floats, distance: float) -> Mask:
    """Which entries (n, n) look no farther from each other than a CIE76 distance."""
    return np.asarray(np.sqrt(((entries[:, None] - entries[None]) ** 2).sum(-1)) <= distance)


@dataclass(frozen=True)
class _Looks:
    """How a painting looks: Lab and alpha, float32 (H, W, 4), with the noise taken off and raw, and its labels.

    solid: which pixels lie in one paint. beside: where JPEG has blurred hue, None where it has not.
    """

    rows: Floats
    raw: Floats
    labels: Labels
    solid: Mask
    beside: Mask | None

    @classmethod
    def of(cls, painting: Painting, space: str) -> _Looks:
        rows = _look(painting.pixels, space)
        calm = np.dstack([cv2.medianBlur(np.ascontiguousarray(rows[..., i]), 5) for i in range(4)])
        square = np.ones((3, 3), np.uint8)
        span = cv2.dilate(calm, square) - cv2.erode(calm, square)
        solid = away(painting.labels, 5) & (span[..., :3].max(2) <= NEAR)
        return cls(calm, rows, painting.labels, solid, blurred_hue(painting, space))


def _look(pixels: Floats, space: str) -> Floats:
    """Lab and alpha in per cent (H, W, 4) of straight RGBA (H, W, 4)."""
    lab = cv2.cvtColor(over_white(pixels, space), cv2.COLOR_RGB2Lab)
    return np.dstack([lab, 100 * np.clip(pixels[..., 3], 0, 1)]).astype(np.float32)


def _histogram(looks: Sequence[_Looks]) -> tuple[Floats, NDArray[np.int64]]:
    """The looks of solid pixels, near equals counted together: rows (n, 4) and their areas, largest first."""
    rows = np.concatenate([one.rows[one.solid] for one in looks])
    if not len(rows):  # nothing is solid: take all that is bare, or all there is
        rows = np.concatenate([one.rows[one.labels > 0] for one in looks])
    if not len(rows):
        rows = np.concatenate([one.rows.reshape(-1, 4) for one in looks])
    bins, inverse, counts = np.unique(_codes(rows), return_inverse=True, return_counts=True)
    sums = np.stack([np.bincount(inverse, rows[:, i], len(bins)) for i in range(4)], 1)
    order = np.argsort(-counts, kind="stable")
    return (sums / counts[:, None])[order].astype(np.float32), counts[order]


def _all_leaders(looks: Sequence[_Looks], rows: Floats, weights: NDArray[np.int64], near: float) -> Floats:
    """Looks (k, 4) of the paints: those that fill a patch somewhere, then those of small regions."""
    leaders = _supported(looks, _leaders(rows, weights, near))
    found = np.concatenate([leaders, _small_regions(looks, leaders, near)])
    if all(one.beside is None for one in looks):
        return found
    shown = [(_nearest(one.raw, found)[0], one.labels, one.beside) for one in looks]
    return np.asarray(found[~hue_noise(found, shown, STEP_NEAR * near)])


def _leaders(rows: Floats, weights: NDArray[np.int64], near: float) -> Floats:
    """Looks (k, 4) of the paints: the commonest, then the commonest that is near none of those, and so on."""
    leaders: list[Floats] = []
    left, weight = rows, weights
    while len(left):
        distance = np.sqrt(((left - left[0]) ** 2).sum(1))
        inside = distance <= near
        if weight[inside].sum() >= MIN_PAINT_PX or not leaders:
            leaders.append(left[0])
        left, weight = left[~inside], weight[~inside]
    return np.array(leaders, np.float32).reshape(-1, 4)


def _supported(looks: Sequence[_Looks], leaders: Floats) -> Floats:
    """Those of the looks (k, 4) that fill a patch somewhere; what only lines or scatters is noise or a soft border."""
    patch = np.zeros(len(leaders), np.int64)
    for one in looks:
        owner = np.where(one.solid, _nearest(one.rows, leaders)[0] + 1, 0).astype(np.uint16)
        inner = cv2.erode(owner, np.ones((3, 3))) == cv2.dilate(owner, np.ones((3, 3)))
        patch += np.bincount(owner[inner], minlength=len(leaders) + 1)[1 : len(leaders) + 1]
    patch[0] += 1  # the commonest stays, whatever it is
    return leaders[patch > 0]


def _small_regions(looks: Sequence[_Looks], leaders: Floats, near: float) -> Floats:
    """Looks (k, 4) of regions in which nothing is near a paint: eyes and buttons too small to be solid."""
    found: list[Floats] = []
    for one in looks:
        _, distance = _nearest(one.raw, leaders)
        count = int(one.labels.max(initial=0))
        inside = np.bincount(one.labels.ravel(), minlength=count + 1)[1:]
        known = np.bincount(one.labels.ravel(), (distance <= near).ravel(), count + 1)[1:]
        for label in np.flatnonzero((inside >= 2) & (known < 0.25 * inside)) + 1:
            look = np.median(one.raw[one.labels == label], axis=0).astype(np.float32)
            if not found or np.sqrt(((np.array(found) - look) ** 2).sum(1)).min() > near:
                found.append(look)
    return np.array(found, np.float32).reshape(-1, 4)


def _values_of(
    paintings: Sequence[Painting], looks: Sequence[_Looks], leaders: Floats
) -> tuple[Floats, NDArray[np.int64]]:
    """Values (k, 4) of the paints, each the middle of its pixels, and areas (k,); paints without pixels go."""
    owners = [_nearest(one.raw, leaders)[0] for one in looks]
    areas = sum(np.bincount(owner[one.labels > 0], minlength=len(leaders)) for owner, one in zip(owners, looks,
                                                                                                 strict=True))
    values = np.full((len(leaders), 4), np.nan, np.float32)
    for k in range(len(leaders)):
        mine = [owner == k for owner in owners]
        solid = [mask & one.solid for mask, one in zip(mine, looks, strict=True)]
        use = solid if any(mask.any() for mask in solid) else mine
        pixels = np.concatenate([p.pixels[mask] for p, mask in zip(paintings, use, strict=True)])
        if len(pixels):
            values[k] = np.median(pixels, axis=0)
    kept = np.isfinite(values).all(1)
    return values[kept], np.asarray(areas, np.int64)[kept]


def _nearest(rows: Floats, entries: Floats) -> tuple[Labels, Floats]:
    """The nearest entry of each row (..., 4), and how far it is."""
    flat = np.ascontiguousarray(rows.reshape(-1, 4))
    _, first, inverse = np.unique(_codes(flat), return_index=True, return_inverse=True)
    centers = flat[first]
    parts = np.array_split(centers, len(centers) // 8192 + 1)
    length = (entries**2).sum(1)
    best = np.concatenate([(length - 2 * part @ entries.T).argmin(1) for part in parts])
    found = best[inverse].astype(np.int32)
    exact = np.sqrt(((flat - entries[found]) ** 2).sum(1)).astype(np.float32)
    return found.reshape(rows.shape[:-1]), exact.reshape(rows.shape[:-1])


def _codes(rows: Floats) -> NDArray[np.int64]:
    """A number for each look (n, 4), equal where they are equal to whole units."""
    whole = np.rint(rows).astype(np.int64) + 128
    return np.asarray(((whole[:, 0] * 512 + whole[:, 1]) * 512 + whole[:, 2]) * 512 + whole[:, 3])


def _count_colors(paintings: Sequence[Painting]) -> int:
    """How many colours the paintings have in 8 bit."""
    codes = [np.rint(np.clip(p.pixels, 0, 1) * 255).astype(np.uint8).reshape(-1, 4).view(np.uint32) for p in paintings]
    return len(np.unique(np.concatenate(codes)))

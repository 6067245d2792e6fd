"""The exact colors of painted references as a named list, and what is looked up in it. Touches no files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

import cv2
import numpy as np

from ..protocol.errors import PaletteError
from ..protocol.plain import counted
from .color_space import convert_rgba, over_white, same_space
from .palette_names import PAPER, color_name, unique_names

Rgba = tuple[float, float, float, float]

MAX_COLORS = 256
_MIN_REGION_COLOR_PX = 4  # a smaller majority is as likely a mixture with soft ink as a color
_MIN_BLOCK_COLOR_PX = 6
_NEAREST_CHUNK = 65536
_ROUNDED = 0.001  # colors so near in display values, a quarter of a step of 8 bits, are one in a file of finer steps,
_ROUNDED_SHARE, _ROUNDED_BLACK = 2**-7, 2**-13  # if its numbers are, by a share of them or at least so much


@dataclass(frozen=True)
class PaletteColor:
    """One named color: straight RGBA in the palette's space, exactly as float32 holds it; area in px.

    merged: colors of the paintings, in the same space, that are one with this: a person made them so, or they differ
    by rounding alone.
    """

    name: str
    values: Rgba
    area: int = 0
    merged: tuple[Rgba, ...] = ()


@dataclass(frozen=True)
class Painting:
    """A painted reference: pixels float32 (H, W, 4), straight RGBA in its file's space; labels int32 (H, W), 0 = ink.

    `name` (its file) appears in messages.
    """

    pixels: np.ndarray
    labels: np.ndarray
    name: str = ""

    def __post_init__(self) -> None:
        if self.pixels.ndim != 3 or self.pixels.shape[2] != 4 or self.pixels.shape[:2] != self.labels.shape:
            raise PaletteError(f"{self.name or 'reference'}: pixels {self.pixels.shape} and region labels "
                               f"{self.labels.shape} do not belong together; both must be of one picture, RGBA")


@dataclass(frozen=True)
class Palette:
    """Named colors in one color space, largest area first."""

    colors: tuple[PaletteColor, ...]
    space: str = "sRGB"

    def __len__(self) -> int:
        return len(self.colors)

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in order."""
        return tuple(color.name for color in self.colors)

    @cached_property
    def values(self) -> np.ndarray:
        """The colors as float32 (K, 4), straight RGBA in the palette's space."""
        values = np.array([color.values for color in self.colors], np.float32).reshape(-1, 4)
        values.flags.writeable = False
        return values

    @cached_property
    def display(self) -> np.ndarray:
        """The colors as display RGB, float32 (K, 3), transparent ones seen over white."""
        display = over_white(self.values, self.space)
        display.flags.writeable = False
        return display

    def index_of(self, pixels: np.ndarray, *, bit_depth: str = "float") -> np.ndarray:
        """Return the entry that each pixel equals, int32 (...), -1 for none.

        `pixels` is float32 (..., 4), straight RGBA in the palette's space; any fully transparent pixel equals the
        transparent entry. `bit_depth` ("uint8", "uint16", "half", "float") says with how many steps the pixels were
        stored, so that a color is found again after a plate was written with fewer steps than the palette holds.
        """
        rows = _stored(_clean(pixels), bit_depth).reshape(-1, 4)
        starts, lengths = _runs(rows)
        wanted = _stored(_clean(self.values), bit_depth)
        ids, _ = _row_ids(np.concatenate([wanted, rows[starts]]))
        lookup = np.full(len(ids), -1, np.int32)
        lookup[ids[: len(self)][::-1]] = np.arange(len(self), dtype=np.int32)[::-1]  # the first of equals wins
        return np.repeat(lookup[ids[len(self):]], lengths).reshape(pixels.shape[:-1])

    def nearest(self, rgb: np.ndarray) -> np.ndarray:
        """Return the entry that looks most like each pixel, int32 (...), for display RGB float32 (..., 3)."""
        if not self.colors:
            raise PaletteError("the palette holds no colors; extract one from a painted reference")
        rows = np.asarray(rgb, np.float32).reshape(-1, 3)
        found = np.empty(len(rows), np.int32)
        for start in range(0, len(rows), _NEAREST_CHUNK):
            chunk = rows[start:start + _NEAREST_CHUNK]
            distance = (self.display**2).sum(1) - 2 * chunk @ self.display.T
            found[start:start + _NEAREST_CHUNK] = distance.argmin(1)
        return found.reshape(rgb.shape[:-1])

    def in_space(self, space: str) -> "Palette":
        """Return the palette in another color space; itself, bit for bit, when it is in that space already."""
        if same_space(self.space, space):
            return self

        given = [values for color in self.colors for values in (color.values, *color.merged)]
        rows = convert_rgba(np.array(given, np.float32).reshape(-1, 4), self.space, space)  # at once: each call is slow
        converted = map(_as_tuple, rows)
        return Palette(tuple(replace(color, values=next(converted), merged=tuple(islice(converted, len(color.merged))))
                             for color in self.colors), space)

    def index(self, name: str) -> int:
        """Return the position of the color `name`; raises PaletteError that lists the names there are."""
        if name not in self.names:
            raise PaletteError(f'no color named "{name}" in the palette; it has: {", ".join(self.names)}')
        return self.names.index(name)


def extract_palette(paintings: Sequence[Painting], *, space: str = "sRGB") -> Palette:
    """Return the exact colors of the painted areas, largest first; all paintings are in the color space `space`.

    Raises PaletteError when more than 256 colors are found; `paints.read_paints` reads such paintings.
    """
    values, areas = exact_colors(paintings)
    if len(values) > MAX_COLORS:
        files = counted(len(paintings), "reference")
        shown = ", ".join(painting.name for painting in paintings if painting.name)
        raise PaletteError(f"{files}{f' ({shown})' if shown else ''} painted with {len(values)} colors, more than "
                           f"{MAX_COLORS}: use --mode paint, or save flat colors without soft brushes or JPEG")
    return named_palette(values, areas, space, paintings)


def exact_colors(paintings: Sequence[Painting]) -> tuple[np.ndarray, np.ndarray]:
    """Return the exact colors (n, 4) of the painted areas and their areas (n,) in px.

    Admitted is a color that most of a region has, or that fills a solid block away from ink (shading and patterns
    with no line between). Mixtures along borders and under soft ink are not. Fully transparent pixels are one color.
    Raises PaletteError when there is no painting.
    """
    if not paintings:
        raise PaletteError("no painted reference to take colors from; name one with --reference FILE")
    return _sum_colors([_painted_colors(painting) for painting in paintings])


def named_palette(values: np.ndarray, areas: np.ndarray, space: str, paintings: Sequence[Painting]) -> Palette:
    """Return colors (n, 4) of some paintings as a palette, largest area first, each with a name of its own."""
    order = np.lexsort((*values.T[::-1], -areas))
    colors = tuple(PaletteColor("", _as_tuple(values[place]), int(areas[place])) for place in order)
    return _named(Palette(colors, space), _paper(paintings))


def without_roundings(palette: Palette, paintings: Sequence[Painting]) -> Palette:
    """Return a palette of some paintings in which colors that rounding tells apart are one, the largest, named anew.

    A soft border or a filter in half floats leaves flat paint that is a step off; a step of 8 bits is never that.
    """
    near = _rounded(palette)
    taken: dict[int, list[PaletteColor]] = {}
    for place, color in enumerate(palette.colors):
        owner = next((kept for kept in taken if near[kept, place]), place)
        taken.setdefault(owner, []).append(color)
    if len(taken) == len(palette):
        return palette
    colors = [replace(same[0], area=sum(color.area for color in same), merged=tuple(color.values for color in same[1:]))
              for same in taken.values()]
    return _named(replace(palette, colors=tuple(sorted(colors, key=lambda color: -color.area))), _paper(paintings))


def _rounded(palette: Palette) -> np.ndarray:
    """Which of a palette's colors differ by no more than rounding, bool (K, K)."""
    shown = np.column_stack([palette.display, palette.values[:, 3]])
    size = np.abs(palette.values)
    least = np.maximum(_ROUNDED_SHARE * np.maximum(size[:, None], size), _ROUNDED_BLACK)
    near = (np.abs(shown[:, None] - shown) <= _ROUNDED) & (np.abs(palette.values[:, None] - palette.values) <= least)
    return np.asarray(near.all(2))


def find_alike(palette: Palette, *, bit_depth: str = "float") -> tuple[str, str] | None:
    """Return the names of two entries that are one color in a file of `bit_depth`, or None."""
    first = palette.index_of(palette.values, bit_depth=bit_depth)
    twice = np.flatnonzero(first != np.arange(len(palette)))
    return (palette.names[first[twice[0]]], palette.names[twice[0]]) if twice.size else None


def _named(palette: Palette, paper: np.ndarray) -> Palette:
    names = unique_names(PAPER if np.array_equal(row, paper) else color_name(shown)
                         for row, shown in zip(palette.values, palette.display, strict=True))
    return replace(palette, colors=tuple(
        replace(color, name=name) for color, name in zip(palette.colors, names, strict=True)))


def _as_tuple(row: np.ndarray) -> Rgba:
    red, green, blue, alpha = (float(value) for value in row)
    return red, green, blue, alpha


def _painted_colors(painting: Painting) -> tuple[np.ndarray, np.ndarray]:
    """Return admitted colors (n, 4) of one painting and their areas (n,) in px."""
    labels = painting.labels
    codes, values = _color_codes(painting.pixels)
    inside = np.bincount(codes[labels > 0], minlength=len(values))
    away = cv2.erode((labels > 0).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    admitted = _fills_block(codes, away, len(values)) & (inside >= _MIN_BLOCK_COLOR_PX)
    admitted[_majority_codes(codes, labels, away)] = True
    if not admitted.any() and codes.size:  # nothing but ink or specks: the drawing's main color stands for it
        inside = np.bincount(codes.ravel(), minlength=len(values))
        admitted[inside.argmax()] = True
    return values[admitted], inside[admitted]


def _fills_block(codes: np.ndarray, away: np.ndarray, n_codes: int) -> np.ndarray:
    """Return for each code whether 2x2 equal pixels of it lie away from ink, bool (n_codes,)."""
    same_row = (codes[:, 1:] == codes[:, :-1]) & away[:, 1:] & away[:, :-1]
    block = same_row[1:] & same_row[:-1] & (codes[1:, 1:] == codes[:-1, 1:])
    return np.bincount(codes[1:, 1:][block], minlength=n_codes) > 0


def _majority_codes(codes: np.ndarray, labels: np.ndarray, away: np.ndarray) -> np.ndarray:
    """Return the codes that are the majority of some region: of its pixels away from ink, else of all of them."""
    n_codes = int(codes.max(initial=0)) + 1
    pairs = (labels.astype(np.int64) * n_codes + codes).ravel()
    if not pairs.size:
        return np.empty(0, np.int64)
    starts, lengths = _runs(pairs[:, None])
    keys, inverse = np.unique(pairs[starts], return_inverse=True)
    total = np.bincount(inverse, lengths)
    far = np.bincount(inverse, np.add.reduceat(away.ravel(), starts, dtype=np.int64))
    region, code = np.divmod(keys, n_codes)
    order = np.lexsort((total, far, region))
    last = order[np.append(np.diff(region[order]) > 0, True)]  # the winner of each region
    whole = np.bincount(region, total)[region[last]]
    sure = (total[last] >= _MIN_REGION_COLOR_PX) | ((total[last] == whole) & (whole > 1))
    return np.asarray(code[last][sure & (region[last] > 0)])


def _paper(paintings: Sequence[Painting]) -> np.ndarray:
    """Return the color (4,) of most of the pictures' rims; NaN, which equals nothing, when none has more than half."""
    sides = [side for painting in paintings for side in
             (painting.pixels[0], painting.pixels[-1], painting.pixels[:, 0], painting.pixels[:, -1])]
    codes, values = _color_codes(np.concatenate(sides)[None])
    counts = np.bincount(codes.ravel())
    return values[counts.argmax()] if 2 * counts.max() > codes.size else np.full(4, np.nan)


def _sum_colors(found: Iterable[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Return each distinct color (n, 4) once, with its areas added (n,)."""
    values, areas = (np.concatenate(parts) for parts in zip(*found, strict=True))
    ids, first = _row_ids(values)
    return values[first], np.bincount(ids, areas).astype(np.int64)


def _color_codes(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a number for each pixel, int32 (H, W), equal where colors are equal, and the colors (n, 4) by number."""
    rows = _clean(pixels).reshape(-1, 4)
    starts, lengths = _runs(rows)
    ids, first = _row_ids(rows[starts])
    return np.repeat(ids.astype(np.int32), lengths).reshape(pixels.shape[:-1]), rows[starts][first]


def _clean(pixels: np.ndarray) -> np.ndarray:
    """Return a float32 copy in which equal colors have equal bits: no -0.0, one transparent color."""
    clean = np.asarray(pixels, np.float32) + np.float32(0)
    clean[clean[..., 3] <= 0] = 0
    return np.ascontiguousarray(clean)


def _stored(values: np.ndarray, bit_depth: str) -> np.ndarray:
    """Return the float32 numbers that stand for `values` in a file of `bit_depth`."""
    if bit_depth == "half":
        return values.astype(np.float16).astype(np.float32)
    steps = {"uint8": 255.0, "uint16": 65535.0}.get(bit_depth)
    return values if steps is None else np.rint(values * np.float32(steps)) + np.float32(0)


def _runs(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where runs of equal rows (N, C) start and how long they are; flat drawings have few."""
    starts = np.flatnonzero(np.append(True, (rows[1:] != rows[:-1]).any(1)))[: len(rows)]
    return starts, np.diff(np.append(starts, len(rows)))


def _row_ids(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return an id for each clean row (N, 4), equal where rows are, and the first row of each id (n,)."""
    halves = np.ascontiguousarray(rows).view(np.uint64)
    left, right = (np.unique(halves[:, side], return_inverse=True)[1] for side in (0, 1))
    _, first, ids = np.unique(left << 32 | right, return_index=True, return_inverse=True)
    return ids, first

"""Finished plates in the colors of another palette, without the network. Touches no files.

The engine's EXR holds the flats and, in its Cryptomatte, the ink's coverage: it is recolored exactly, under soft ink
too. In other plates only pixels that are exactly a palette color change; those that stay are counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..protocol.errors import PaletteError
from .color_space import convert_rgba, from_display, to_display
from .cryptomatte import has_matte, ink_name, matte, paints_of
from .palette import Palette
from .plate import Plate

PAIRINGS = ("name", "order")
NEAR_MIXTURE = 0.03  # in display values: what file noise leaves of a paint or a mixture
MOST_SHADE = 1.5  # a light that a soft brush lays over a paint
EXACT_MIXTURE = 0.004  # what half floats leave of one that no display shows
FLATS = ("flats.R", "flats.G", "flats.B", "flats.A")


class SwappedPlate(NamedTuple):
    """A recolored plate, and how many pixels are in no color of the old palette and stayed as they were."""

    plate: Plate
    left_px: int


class Swapped(NamedTuple):
    """Pixels float32 (H, W, C), and how many of them are in no color of the old palette and stayed as they were."""

    pixels: np.ndarray
    left_px: int


def swap_plate(plate: Plate, old: Palette, new: Palette, *, by: str = "name") -> SwappedPlate:
    """Return the plate with the colors of `old` replaced by their partners in `new`.

    With `flats.R` … `flats.A` these are recolored, and the picture is laid under its ink again; its Cryptomatte, whose
    names do not change, stays true. Raises PaletteError as `swap_colors` does, and when there is no R, G, B.
    """
    main = _places(plate, "RGBA")
    if len(main) < 3:
        raise PaletteError(f"{plate.path or 'plate'}: has channels {', '.join(plate.channels)} but no R, G, B to "
                           "recolor; give a color plate")
    pixels, mixed_in, old = plate.pixels.copy(), old, old.in_space(plate.space)
    flats = _places(plate, FLATS)
    under = flats if len(flats) == 4 else main
    depth = "float" if plate.channels[under[0]] in plate.float_channels else plate.bit_depth
    values = partners(old, new, by=by)
    swapped, left = _swap_exact(plate.pixels[..., under], old, values, depth)
    if under is flats:
        left &= ~_swap_near(plate, swapped, left, mixed_in, partners(mixed_in, new, by=by))
    pixels[..., under] = swapped
    if under is flats:
        relaid = relay_ink(_opaque(plate.pixels[..., main]), plate.pixels[..., flats], swapped, _ink(plate, old.names),
                           space=plate.space)
        pixels[..., main] = relaid[..., : len(main)]
    return SwappedPlate(replace(plate, pixels=pixels), int(left.sum()))


def _swap_near(plate: Plate, swapped: np.ndarray, left: np.ndarray, old: Palette, values: np.ndarray) -> np.ndarray:
    """Put new colors (K, 4) into left pixels (H, W) that look much like what the Cryptomatte calls them; return which.

    What it calls them is a mixture or one color: both are mixed in the old palette's own space, as its painting was,
    and then brought to the plate's. A shade of that, as a soft brush or the painting's own ink beside a line leaves it,
    becomes the same shade of the new colors, and what little it is off by, as of a file's noise, is kept. A pixel that
    looks otherwise is the painter's own, and stays. What full ink covers is not seen.
    """
    channels = dict(zip(plate.channels, np.moveaxis(plate.pixels, 2, 0), strict=True))
    if not has_matte(channels):
        return np.zeros(left.shape, np.bool_)
    paints = paints_of(channels, old.names)
    at = np.nonzero(left & (paints.first >= 0))
    first, second, share = paints.first[at], paints.second[at], paints.share[at][:, None]
    before, after = (convert_rgba(colors[first] * (1 - share) + colors[second] * share, old.space, plate.space)
                     for colors in (old.values, values))
    own = swapped[at]
    near = np.abs(own - before).max(1) <= EXACT_MIXTURE
    seen = np.flatnonzero(~near & np.all([((rows >= 0) & (rows <= 1)).all(1) for rows in (own, before, after)], axis=0))
    was, then, now = (_shown(rows[seen], plate.space) for rows in (before, own, after))
    shade = np.concatenate([_shades(then[:, :3], was[:, :3]), np.ones_like(then[:, :1])], axis=1)
    off = then - was * shade
    near[seen] = np.abs(off).max(1) <= NEAR_MIXTURE
    laid = np.clip(now * shade + off, 0, 1)
    after[seen] = np.concatenate([from_display(laid[:, :3], plate.space), laid[:, 3:]], axis=1)
    is_changed = (values != old.values).any(1)
    changed = near & (is_changed[first] | (is_changed[second] & (share[:, 0] > 0)))
    swapped[at[0][changed], at[1][changed]] = after[changed]
    found = left & (paints.first < 0)  # under full ink, where nothing of it is seen
    found[at] = near
    return found


def _shades(rows: np.ndarray, colors: np.ndarray) -> np.ndarray:
    """Return by what (N, 3), alike in all channels, display colors (N, 3) come nearest to rows (N, 3)."""
    along, length = (rows * colors).sum(1), np.square(colors).sum(1)
    shade = np.clip(np.divide(along, length, out=np.ones_like(along), where=length > 0), 0, MOST_SHADE)
    return np.repeat(shade[:, None], 3, axis=1)


def _shown(rows: np.ndarray, space: str) -> np.ndarray:
    """Return straight RGBA (N, 4) in `space` as display RGB and alpha."""
    return np.concatenate([to_display(rows[:, :3], space), rows[:, 3:]], axis=1)


def swap_colors(pixels: np.ndarray, old: Palette, new: Palette, *, by: str = "name",
                bit_depth: str = "float") -> Swapped:
    """Return the pixels with each color of `old` replaced by its partner in `new`; the input stays as it is.

    `pixels` is float32 (H, W, C), C >= 3: straight R, G, B, then A if there is one, in the old palette's space, into
    which the new one is brought; without alpha all pixels are opaque, and further channels pass through.
    `bit_depth` ("uint8", "uint16", "half", "float") is the plate's: colors are compared as that file holds them.
    Partners are found by `by`: "name", where a color that `new` does not name stays; or "order", where both palettes
    have the same number of colors.
    Raises PaletteError for names unknown to `old` and colors that cannot be told apart.
    """
    if pixels.ndim != 3 or pixels.shape[2] < 3:
        raise PaletteError(f"a picture of shape {pixels.shape} has no R, G, B to recolor; give a color plate")
    swapped, left = _swap_exact(pixels, old, partners(old, new, by=by), bit_depth)
    return Swapped(swapped, int(left.sum()))


def _swap_exact(pixels: np.ndarray, old: Palette, values: np.ndarray, bit_depth: str) -> tuple[np.ndarray, np.ndarray]:
    """Return pixels (H, W, C) with values (K, 4) for the old colors, and which (H, W) are in none of these."""
    _check_distinct(old, values, bit_depth)
    index = old.index_of(_opaque(pixels)[..., :4], bit_depth=bit_depth)
    changed = (values != old.values).any(1)[index] & (index >= 0)
    n_channels = min(pixels.shape[2], 4)
    swapped = np.array(pixels, np.float32)
    swapped[changed, :n_channels] = values[index[changed], :n_channels]
    return swapped, index < 0


def relay_ink(pixels: np.ndarray, old_flats: np.ndarray, new_flats: np.ndarray, ink: np.ndarray, *,
              space: str = "sRGB") -> np.ndarray:
    """Return the inked picture with other flats under the same ink, straight RGBA float32 (H, W, 4).

    `pixels` is the old picture: the flats with the ink, of coverage float32 (H, W) in [0, 1], laid over them as
    display colors; all are straight RGBA (H, W, 4) in `space`. Bare pixels become the new flats exactly, those whose
    flats stay keep every bit; the ink's own color need not be known.
    """
    changed = (old_flats != new_flats).any(2)
    soft = changed & (ink > 0) & (ink < 1)
    relaid = np.array(pixels, np.float32)
    relaid[changed & (ink <= 0)] = new_flats[changed & (ink <= 0)]
    bare = 1 - ink[soft][:, None]
    before, after, picture = (_premultiplied(array[soft], space) for array in (old_flats, new_flats, pixels))
    laid = picture + (after - before) * bare
    alpha = np.clip(laid[:, 3:], 0, 1)
    color = np.divide(laid[:, :3], alpha, out=np.zeros_like(laid[:, :3]), where=alpha > 0)
    relaid[soft] = np.concatenate([from_display(np.clip(color, 0, 1), space), alpha], axis=1)
    return relaid


def partners(old: Palette, new: Palette, *, by: str = "name") -> np.ndarray:
    """Return for each color of `old` the values that take its place, float32 (K, 4)."""
    new = new.in_space(old.space)
    if by == "order":
        if len(old) != len(new):
            raise PaletteError(f"swapping by order needs as many colors in both palettes, not {len(old)} and "
                               f"{len(new)}; add the missing ones or swap by name")
        return new.values
    if by != "name":
        raise PaletteError(f'colors are paired by {" or ".join(PAIRINGS)}, not by "{by}"')
    values = old.values.copy()
    for name, row in zip(new.names, new.values, strict=True):
        values[old.index(name)] = row
    return values


def _check_distinct(old: Palette, values: np.ndarray, bit_depth: str) -> None:
    """Refuse old colors that this plate holds as one and that would have to become two."""
    first = old.index_of(old.values, bit_depth=bit_depth)
    torn = np.flatnonzero((values[first] != values).any(1))
    if torn.size:
        one, other = old.names[first[torn[0]]], old.names[torn[0]]
        raise PaletteError(f'"{one}" and "{other}" are the same color in a {bit_depth} plate and cannot be swapped '
                           "for two; give both the same new color or use float EXR plates")


def _premultiplied(rows: np.ndarray, space: str) -> np.ndarray:
    """Return straight RGBA (N, 4) in `space` as premultiplied display RGBA."""
    return np.concatenate([to_display(rows[:, :3], space) * rows[:, 3:], rows[:, 3:]], axis=1)


def _opaque(pixels: np.ndarray) -> np.ndarray:
    """Return pixels (H, W, 3) with an alpha of 1; those that have one as they are."""
    if pixels.shape[2] > 3:
        return pixels
    return np.concatenate([pixels, np.ones((*pixels.shape[:2], 1), np.float32)], axis=2)


def _ink(plate: Plate, names: Sequence[str]) -> np.ndarray:
    """Return the coverage of the ink laid over the flats, (H, W): the Cryptomatte's, 0 where none was laid.

    names: the palette's, one of which may be the ink's usual name.
    """
    channels = dict(zip(plate.channels, np.moveaxis(plate.pixels, 2, 0), strict=True))
    return matte(channels, ink_name(names)) if has_matte(channels) else np.zeros(plate.pixels.shape[:2], np.float32)


def _places(plate: Plate, names: Iterable[str]) -> list[int]:
    return [plate.channels.index(name) for name in names if name in plate.channels]

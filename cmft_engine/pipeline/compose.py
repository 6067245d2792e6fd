"""From a decision to the plate that is written: ink over colours, Cryptomatte and confidence. Writes no file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..image.color_space import (
    convert_rgba,
    display_space,
    from_display,
    is_linear_space,
    linear_space,
    over_white,
    same_space,
    to_display,
)
from ..image.cryptomatte import Cryptomatte, cryptomatte_layers
from ..image.paint_map import PaintMap
from ..image.palette import Palette
from ..image.plate import MoreChannels, Plate
from ..image.strips import strips
from ..lineart.lineart import LineArt
from ..matching.decide import Decision, spread_regions
from ..protocol.file_formats import EXR, format_of
from ..protocol.settings import Settings
from ..shot.drawing import SegmentedDrawing
from ..shot.references import LineDrawing, References, color_note

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Colored:
    """A decision ready to become a plate.

    paints: the palette entries of every pixel. Of every region (n,): confidence, float32; kind, its number in KINDS;
    unknown, bool, whether no reference shows it.
    """

    paints: PaintMap
    confidence: Floats
    kind: NDArray[np.intp]
    unknown: NDArray[np.bool_]

    @classmethod
    def of(cls, decision: Decision, kinds: NDArray[np.intp]) -> Colored:
        """Return what a plate shows of a decision; kinds (n,): of its regions."""
        return cls(decision.paints, decision.confidence, kinds, decision.unknown)


def known_numbers(decision: Decision) -> Decision:
    """Return the decision with no confidence where it is no number, as broken weights or votes make it: never sure."""
    confidence = np.where(np.isfinite(decision.confidence), decision.confidence, np.float32(0))
    return replace(decision, confidence=confidence.astype(np.float32))


def compose(
    colored: Colored, *, drawing: LineDrawing, references: References, settings: Settings, path: Path
) -> Plate:
    """Lay the ink over the colours and gather all channels of the output plate, to be written to `path`.

    Palette colours are copied: a pixel without ink holds exactly the palette's values in its own space.
    """
    palette, lines = references.palette, drawing.lines
    space, profile = output_space(references, settings, path)
    values = palette.in_space(space).values  # (K, 4) straight
    has_layers, is_inked = format_of(path).has_layers, settings.ink == "over"
    pixels = mix_paints(colored.paints, palette, space)  # (H, W, 4)
    covered = _Covered.of(pixels, lines) if has_layers else None
    if is_inked:
        lay_ink(pixels, lines, space)
    base = replace(
        drawing.plate, pixels=pixels, channels=("R", "G", "B", "A"), space=space,
        bit_depth=_depth(references.first, path), path=path, float_channels=(), profile=profile, left_out="",
    )
    if covered is None:
        return base if _has_alpha(values) else _opaque(base)
    layers = _Layers(pixels, covered, colored, drawing.segmented, palette.names, lines.coverage if is_inked else None)
    return layers.beside(base)


def mix_paints(paints: PaintMap, palette: Palette, space: str) -> Floats:
    """Return straight RGBA (H, W, 4) in a colour space: palette entries copied, mixed where paints are
    mixed, and the painter's own pixels where these explain nothing.

    Paints mix in the palette's own space, as the painting's program has mixed them.
    """
    values, flats = palette.in_space(space).values, np.empty((*paints.first.shape, 4), np.float32)
    for rows in strips(flats.shape):
        _mix_rows(flats[rows], paints.rows(rows), values, palette, space)
    return flats


def _mix_rows(flats: Floats, paints: PaintMap, values: Floats, palette: Palette, space: str) -> None:
    """Fill flats (h, W, 4) as `mix_paints` does; values (K, 4): of the palette in the space."""
    if paints.first.size and not 0 <= int(paints.first.min()) <= int(paints.first.max()) < len(values):
        raise IndexError(f"a pixel shows a paint that is none of the {len(values)} of the palette")
    np.take(values, paints.first, axis=0, out=flats, mode="clip")  # in place: "raise" would work on a copy
    at = np.nonzero(paints.share > 0)
    if len(at[0]):
        share = paints.share[at][:, None]
        mixed = palette.values[paints.first[at]] * (1 - share) + palette.values[paints.second[at]] * share
        flats[at] = convert_rgba(mixed.astype(np.float32), palette.space, space)
    if paints.own is not None and paints.pixels is not None and paints.own.any():
        if same_space(palette.space, space):
            np.copyto(flats, paints.pixels, where=paints.own[..., None])
        else:
            flats[paints.own] = convert_rgba(paints.pixels[paints.own], palette.space, space)


def lay_ink(pixels: Floats, lines: LineArt, space: str) -> None:
    """Composite the main lines over straight RGBA (H, W, 4), in place; bare pixels stay bit-identical.

    The pixels are of a colour space; the lines are laid over their display values.
    """
    at = np.flatnonzero(lines.coverage > 0)
    cover = lines.coverage.ravel()[at][:, None]
    flat = pixels.reshape(-1, 4)
    under = flat[at]
    color = to_display(under[:, :3], space) * under[:, 3:] * (1 - cover) + lines.color.reshape(-1, 3)[at]
    alpha = under[:, 3:] * (1 - cover) + cover
    straight = np.clip(color / np.maximum(alpha, 1e-6), 0, 1)
    flat[at] = np.concatenate([from_display(straight.astype(np.float32), space), alpha], 1)


@dataclass(frozen=True)
class _Covered:
    """What lies under the main lines: places (N,), the flat index of their pixels, ascending; values float32 (N, 4)."""

    places: NDArray[np.intp]
    values: Floats

    @classmethod
    def of(cls, flats: Floats, lines: LineArt) -> _Covered:
        """Return what straight RGBA (H, W, 4) shows under lines."""
        places = np.flatnonzero(lines.coverage > 0)
        return cls(places, flats.reshape(-1, 4)[places])

    def laid_bare(self, inked: Floats, rows: slice) -> Floats:
        """Return rows of a picture (H, W, 4) as they were before these lines were laid over it."""
        part, width = inked[rows].copy(), inked.shape[1]
        first, last = np.searchsorted(self.places, (rows.start * width, rows.stop * width))
        part.reshape(-1, 4)[self.places[first:last] - rows.start * width] = self.values[first:last]
        return part


@dataclass(frozen=True)
class _Layers:
    """The channels of an EXR beside its picture: flats, confidence, kind, unknown, Cryptomatte.

    inked: the picture (H, W, 4). covered: of it. drawing: its regions. names: of the palette's entries. ink: coverage
    (H, W) where ink is a matte too.
    """

    inked: Floats
    covered: _Covered
    colored: Colored
    drawing: SegmentedDrawing
    names: tuple[str, ...]
    ink: Floats | None

    def beside(self, base: Plate) -> Plate:
        """Return the plate with these channels."""
        none = self._matte(slice(0, 0))
        names = (*(f"flats.{letter}" for letter in "RGBA"), "confidence.Y", "kind.Y", "unknown.Y", *none.channels)
        return replace(base, metadata={**base.metadata, **none.metadata}, float_channels=tuple(none.channels),
                       more=MoreChannels(names, self.of_rows))

    def of_rows(self, rows: slice) -> Floats:
        """Return the channels (h, W, C) of some rows."""
        colored, labels = self.colored, self.drawing.labels_under_ink[rows]
        told = (spread_regions(values, labels) for values in (colored.confidence, colored.kind, colored.unknown))
        planes = [self.covered.laid_bare(self.inked, rows), *told, *self._matte(rows).channels.values()]
        return np.dstack(planes).astype(np.float32, copy=False)

    def _matte(self, rows: slice) -> Cryptomatte:
        return cryptomatte_layers(self.colored.paints.rows(rows), self.names, levels=self._levels,
                                  ink=None if self.ink is None else self.ink[rows])

    @cached_property
    def _levels(self) -> int:
        return 2 if self.colored.paints.share.any() else 1


def output_space(references: References, settings: Settings, path: Path) -> tuple[str, bytes]:
    """Return the colour space of the plate, and the ICC profile of the first painting where the plate carries it.

    The palette's own space, but display sRGB in files that viewers take for nothing else, and scene-linear in files
    that are taken for that.
    """
    own, first, kind = references.palette.space, references.first, format_of(path)
    if settings.output_space:
        return settings.output_space, b""
    if first.profile and kind.has_profile and own == first.space:
        return own, first.profile
    if kind.is_display:
        return display_space(), b""
    return (linear_space() if kind.is_linear and not is_linear_space(own) else own), b""


def space_notes(references: References | None, settings: Settings, path: Path) -> Iterator[str]:
    """What a viewer of the plates must know of their colours, as sentences; nothing where no frame was coloured."""
    if references is None:
        return
    space, profile = output_space(references, settings, path)
    if format_of(path).is_linear and not is_linear_space(space):
        yield (f"{path}: this EXR holds {space}, which is not scene-linear, as programs take an EXR to be; read it as "
               f"{space}, or colour without --output-space")
    if not profile:
        yield from color_note(references.first)


def _depth(painting: Plate, path: Path) -> str:
    """Depth at which the painting's values survive in this kind of file."""
    if format_of(path) == EXR:
        return "half" if painting.bit_depth == "half" else "float"
    return painting.bit_depth if painting.bit_depth in ("uint8", "uint16") else "uint16"


def _has_alpha(values: Floats) -> bool:
    return bool((values[:, 3] < 1).any())


def _opaque(plate: Plate) -> Plate:
    return replace(plate, pixels=plate.rgb(), channels=("R", "G", "B"))


def display_picture(plate: Plate) -> Floats:
    """What a person sees of a plate over white: display RGB (H, W, 3)."""
    base, parts = replace(plate, more=None), list(strips(plate.pixels.shape))
    if len(parts) == 1:
        return _displayed(base)
    picture = np.empty((*plate.pixels.shape[:2], 3), np.float32)
    for rows in parts:
        picture[rows] = _displayed(base.rows(rows))
    return picture


def _displayed(plate: Plate) -> Floats:
    return (to_display(plate.rgb(), plate.space) if plate.alpha() is None
            else over_white(plate.rgb_alpha(), plate.space))

"""From a decision to the plate that is written: ink over colours, Cryptomatte and confidence. Writes no file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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
    to_display,
)
from ..image.cryptomatte import cryptomatte_layers
from ..image.paint_map import PaintMap
from ..image.palette import Palette
from ..image.plate import Plate
from ..lineart.lineart import LineArt
from ..matching.decide import Decision, spread_regions
from ..protocol.file_formats import EXR, format_of
from ..protocol.settings import Settings
from ..shot.drawing import SegmentedDrawing
from ..shot.references import LineDrawing, References, color_note

Floats = NDArray[np.float32]
ROWS = 8  # that are gathered at a time


@dataclass(frozen=True)
class Colored:
    """A decision ready to become a plate.

    paints: the palette entries of every pixel. confidence: float32 (H, W). kind: float32 (H, W), the number in KINDS of
    each pixel's region. unknown: float32 (H, W), 1 in regions that no reference shows.
    """

    paints: PaintMap
    confidence: Floats
    kind: Floats
    unknown: Floats

    @classmethod
    def of(cls, decision: Decision, drawing: SegmentedDrawing, kinds: NDArray[np.intp]) -> Colored:
        """Return the decision on a drawing, and the kinds (n,) of its regions, spread to its pixels."""
        kind, unknown = (spread_regions(values, drawing) for values in (kinds, decision.unknown))
        return cls(decision.paints, decision.confidence_map(drawing), kind, unknown)


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
    flats = mix_paints(colored.paints, palette, space)  # (H, W, 4)
    inked = lay_ink(flats, lines, space) if settings.ink == "over" else flats
    base = replace(
        drawing.plate, pixels=inked, channels=("R", "G", "B", "A"), space=space,
        bit_depth=_depth(references.first, path), path=path, float_channels=(), profile=profile, left_out="",
    )
    if not format_of(path).has_layers:
        return base if _has_alpha(values) else _opaque(base)
    return _with_layers(base, flats, colored, palette=palette, lines=lines if settings.ink == "over" else None)


def mix_paints(paints: PaintMap, palette: Palette, space: str) -> Floats:
    """Return straight RGBA (H, W, 4) in a colour space: palette entries copied, mixed where paints are
    mixed, and the painter's own pixels where these explain nothing.

    Paints mix in the palette's own space, as the painting's program has mixed them.
    """
    flats: Floats = palette.in_space(space).values[paints.first]
    at = np.nonzero(paints.share > 0)
    if len(at[0]):
        share = paints.share[at][:, None]
        mixed = palette.values[paints.first[at]] * (1 - share) + palette.values[paints.second[at]] * share
        flats[at] = convert_rgba(mixed.astype(np.float32), palette.space, space)
    if paints.own is not None and paints.pixels is not None and paints.own.any():
        flats[paints.own] = convert_rgba(paints.pixels[paints.own], palette.space, space)
    return flats


def lay_ink(flats: Floats, lines: LineArt, space: str) -> Floats:
    """Composite the main lines over straight RGBA (H, W, 4) in display values; bare pixels stay bit-identical."""
    inked = flats.copy()
    at = np.flatnonzero(lines.coverage > 0)
    cover = lines.coverage.ravel()[at][:, None]
    under = flats.reshape(-1, 4)[at]
    color = to_display(under[:, :3], space) * under[:, 3:] * (1 - cover) + lines.color.reshape(-1, 3)[at]
    alpha = under[:, 3:] * (1 - cover) + cover
    straight = np.clip(color / np.maximum(alpha, 1e-6), 0, 1)
    inked.reshape(-1, 4)[at] = np.concatenate([from_display(straight.astype(np.float32), space), alpha], 1)
    return inked


def _with_layers(base: Plate, flats: Floats, colored: Colored, *, palette: Palette, lines: LineArt | None) -> Plate:
    matte = cryptomatte_layers(colored.paints, palette.names, ink=None if lines is None else lines.coverage)
    channels: dict[str, Floats] = {f"flats.{c}": flats[..., i] for i, c in enumerate("RGBA")}
    channels |= {"confidence.Y": colored.confidence, "kind.Y": colored.kind,
                 "unknown.Y": colored.unknown, **matte.channels}
    return replace(
        base,
        pixels=_stacked(base.pixels, list(channels.values())),
        channels=(*base.channels, *channels),
        metadata={**base.metadata, **matte.metadata},
        float_channels=tuple(matte.channels),
    )


def _stacked(pixels: Floats, planes: Sequence[Floats]) -> Floats:
    """Return channels (H, W, C) with further planes (H, W) behind them; some rows at a time, which a cache holds."""
    stacked = np.empty((*pixels.shape[:2], pixels.shape[2] + len(planes)), np.float32)
    for top in range(0, len(pixels), ROWS):
        rows = slice(top, top + ROWS)
        stacked[rows, :, :pixels.shape[2]] = pixels[rows]
        for channel, plane in enumerate(planes, pixels.shape[2]):
            stacked[rows, :, channel] = plane[rows]
    return stacked


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
    return replace(plate, pixels=np.ascontiguousarray(plate.pixels[..., :3]), channels=("R", "G", "B"))


def display_picture(plate: Plate) -> Floats:
    """What a person sees of a plate over white: display RGB (H, W, 3)."""
    return np.asarray(over_white(plate.rgb_alpha(), plate.space))

"""Painted references made ready: their line art, regions, palette, and the palette index of every pixel."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..image.color_space import check_spaces, convert, to_display
from ..image.palette import Painting, Palette, extract_palette
from ..image.palette_files import load_palette
from ..image.plate import Plate, Window, read_plate
from ..image.stand_in import stand_in
from ..lineart.lineart import LineArt, extract_line_art, line_art_from_painting
from ..protocol.errors import PaletteError
from ..protocol.settings import Settings
from .drawing import PaintedDrawing, SegmentedDrawing, segment
from .shot import Reference, Shot

log = logging.getLogger(__name__)

SOFT_INK = 0.02  # pixels with more ink than this are not looked at for paint


@dataclass(frozen=True)
class LineDrawing:
    """A line plate made ready: the plate, its line art, and the drawing cut into regions."""

    plate: Plate
    lines: LineArt
    segmented: SegmentedDrawing


@dataclass(frozen=True)
class References:
    """All references of a shot: what the matcher takes, the palette, and the first painting (for its depth)."""

    painted: tuple[PaintedDrawing, ...]
    palette: Palette
    first: Plate


def read_drawing(path: Path, frame: int | None, *, canvas: Window, settings: Settings) -> LineDrawing:
    """Read a line plate and cut it into regions. Raises PlateError."""
    plate = read_line_plate(path, frame, canvas=canvas, settings=settings)
    return _segment(plate, find_lines(plate, settings), settings)


def read_line_plate(path: Path, frame: int | None, *, canvas: Window, settings: Settings) -> Plate:
    """Read a line plate on the shot's canvas. Raises PlateError."""
    return read_plate(path, frame=frame, space=settings.input_space).on_canvas(canvas)


def find_lines(plate: Plate, settings: Settings) -> LineArt:
    """Extract the line art of a line plate as the settings say."""
    rgb = to_display(plate.rgb(), plate.space)
    return extract_line_art(
        rgb, plate.alpha(), threshold=settings.ink_threshold, trace_lines=settings.trace_lines
    )


def _segment(plate: Plate, lines: LineArt, settings: Settings) -> LineDrawing:
    return LineDrawing(plate, lines, segment(lines, gap_px=settings.gap_px, min_region_px=settings.min_region_px))


def read_references(shot: Shot, *, canvas: Window, settings: Settings, palette: Path | None) -> References:
    """Read every reference, find or load the palette, and give each pixel its palette index.

    Raises PlateError, PaletteError and SettingsError.
    """
    check_spaces(settings)
    drawings = [_read_reference(reference, canvas, settings) for reference in shot.references]
    space = drawings[0].plate.space
    paintings = [
        Painting(_rgba_in(d.plate, space), d.segmented.labels, str(d.plate.path)) for d in drawings
    ]
    if palette is not None:
        colors = load_palette(palette).in_space(space)
    elif settings.mode == "paint":
        colors = _palette_of_painterly(paintings, space)
    else:
        colors = extract_palette(paintings, space=space)
    indices = [_index_map(painting, d.lines, colors) for painting, d in zip(paintings, drawings, strict=True)]
    pictures = stand_in(indices) if settings.mode == "flats" else [colors.display[index] for index in indices]
    painted = (
        PaintedDrawing(d.segmented, index, picture)
        for d, index, picture in zip(drawings, indices, pictures, strict=True)
    )
    return References(tuple(painted), colors, drawings[0].plate)


def _read_reference(reference: Reference, canvas: Window, settings: Settings) -> LineDrawing:
    plate = read_plate(reference.plate, frame=reference.frame, space=settings.input_space)
    if reference.is_sheet:
        canvas = plate.data_window.union(plate.display_window)
    plate = plate.on_canvas(canvas)
    if reference.lines is None:
        lines = line_art_from_painting(to_display(plate.rgb(), plate.space), plate.alpha())
    else:
        line_plate = read_plate(reference.lines, frame=reference.frame, space=settings.input_space)
        lines = find_lines(line_plate.on_canvas(canvas), settings)
    return _segment(plate, lines, settings)


def _rgba_in(plate: Plate, space: str) -> NDArray[np.float32]:
    """Straight RGBA (H, W, 4) of a painting, in another's space if it differs."""
    pixels: NDArray[np.float32] = plate.rgb_alpha()
    if plate.space != space:
        pixels = np.dstack([convert(pixels[..., :3], plate.space, space), pixels[..., 3]])
    return pixels


def _palette_of_painterly(paintings: Sequence[Painting], space: str) -> Palette:
    """The exact palette, or a reduced one for a painting with more colours than a palette holds."""
    try:
        return extract_palette(paintings, space=space)
    except PaletteError:
        reduced = [
            Painting(np.round(p.pixels * 6) / np.float32(6), p.labels, p.name) for p in paintings
        ]
        return extract_palette(reduced, space=space)


def _index_map(painting: Painting, lines: LineArt, palette: Palette) -> NDArray[np.int32]:
    """Palette index of every pixel (H, W): exact where paint is bare, else that of the nearest such pixel."""
    index = palette.index_of(painting.pixels)
    index[(lines.coverage > SOFT_INK) | lines.ink] = -1
    known = index >= 0
    if not known.any():
        log.warning("%s: none of its colours is in the palette; the nearest are taken", painting.name)
        display = to_display(painting.pixels[..., :3], palette.space)
        return palette.nearest(display)
    if not known.all():
        places = ndimage.distance_transform_edt(~known, return_distances=False, return_indices=True)
        index = index[places[0], places[1]]
    result: NDArray[np.int32] = index
    return result


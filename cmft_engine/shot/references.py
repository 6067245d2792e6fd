"""Painted references made ready: their line art, regions, palette, and the palette index of every pixel."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..image.color_space import check_spaces, convert_rgba, over_white, to_display
from ..image.paint_map import PaintMap
from ..image.paints import OwnPixels, map_paints, read_paints
from ..image.palette import Painting, Palette
from ..image.palette_files import load_palette
from ..image.plate import Plate, Window, read_plate, read_without_pixels
from ..image.sequence import frame_in_name
from ..image.stand_in import stand_in
from ..lineart.lineart import LineArt, extract_line_art, line_art_from_painting
from ..protocol.errors import PlateError
from ..protocol.settings import Settings
from .drawing import PaintedDrawing, SegmentedDrawing, segment
from .fit import NEIGHBOURS, borders_of_lines, borders_of_painting, explain
from .line_edits import LineEdit, that_land
from .named import Reference
from .painted_lines import PaintedLines, read_painted_lines
from .register import register_line
from .shot import Shot, check_size

log = logging.getLogger(__name__)

OWN_PIXELS: dict[str, OwnPixels] = {"auto": "unexplained", "flats": "none", "paint": "all"}  # by the mode
SOFT_INK = 0.02  # pixels with more ink than this are not looked at for paint


@dataclass(frozen=True)
class LineDrawing:
    """A plate made ready: the plate, its line art, and the drawing cut into regions.

    A line plate has no pixels any more. painted: of a reference, what its painting says of coloured lines.
    """

    plate: Plate
    lines: LineArt
    segmented: SegmentedDrawing
    painted: PaintedLines | None = None

    @property
    def bare(self) -> NDArray[np.bool_]:
        """Where no ink lies that could be taken for paint, (H, W)."""
        return np.asarray(~((self.lines.coverage > SOFT_INK) | self.lines.ink))


@dataclass(frozen=True)
class References:
    """All references of a shot: what the matcher takes, the palette, and the first painting, without its pixels.

    told: what was merged in reading the paintings, as a sentence, or "". notes: which paintings do not lie on their
    lines, and what of their colour tags was left out, as sentences; of the first painting's, `color_note` tells. paper:
    the palette entry that most of their rims show.
    """

    painted: tuple[PaintedDrawing, ...]
    palette: Palette
    first: Plate
    told: str = ""
    paper: int = 0
    notes: tuple[str, ...] = ()

    def without_pictures(self) -> References:
        """Return the references without the pictures that a matcher has taken in."""
        nothing = np.zeros((0, 0, 3), np.float32)
        return replace(self, painted=tuple(replace(one, rgb=nothing) for one in self.painted))


def read_drawing(path: Path, frame: int | None, *, canvas: Window, settings: Settings,
                 edits: Sequence[LineEdit] = ()) -> LineDrawing:
    """Read a line plate and cut it into regions; edits: of its lines. Raises PlateError."""
    plate = read_line_plate(path, frame, canvas=canvas, settings=settings)
    lines = find_lines(plate, settings)
    return _segment(plate.without_pixels(), lines, settings, that_land(edits, lines.ink))


def read_line_plate(path: Path, frame: int | None, *, canvas: Window, settings: Settings) -> Plate:
    """Read a line plate on the shot's canvas. Raises PlateError."""
    return read_plate(path, frame=frame, space=settings.input_space).on_canvas(canvas)


def describe_line_plate(path: Path, frame: int | None, *, canvas: Window, settings: Settings) -> Plate:
    """Return what a line plate says of itself, on the shot's canvas; its pixels are all 0. Raises PlateError."""
    return read_without_pixels(path, frame=frame, space=settings.input_space).on_canvas(canvas)


def find_lines(plate: Plate, settings: Settings) -> LineArt:
    """Extract the line art of a line plate as the settings say."""
    rgb = to_display(plate.rgb(), plate.space)
    return extract_line_art(
        rgb, plate.alpha(), threshold=settings.ink_threshold, trace_lines=settings.trace_lines
    )


def _segment(plate: Plate, lines: LineArt, settings: Settings, edits: Sequence[LineEdit] = ()) -> LineDrawing:
    return LineDrawing(plate, lines, segment(lines, gap_px=settings.gap_px, min_region_px=settings.min_region_px,
                                             edits=edits))


def read_references(shot: Shot, *, canvas: Window, settings: Settings, palette: Path | None) -> References:
    """Read every reference, find or load the palette, and give each pixel its palette index.

    Raises PlateError, PaletteError and SettingsError.
    """
    check_spaces(settings)
    drawings = [read_painting(reference, canvas, settings) for reference in shot.references]
    for reference, drawing in zip(shot.references, drawings, strict=True):
        if not reference.is_sheet:
            check_size(shot, drawing.plate)
    fits = _fit_notes(shot, drawings, canvas=canvas, settings=settings)
    space = drawings[0].plate.space
    paintings = [
        Painting(convert_rgba(d.plate.rgb_alpha(), d.plate.space, space), d.segmented.labels, str(d.plate.path))
        for d in drawings
    ]
    drawings = [replace(d, plate=d.plate.without_pixels()) for d in drawings]
    found = read_paints(paintings, space=space)
    colors = found.palette if palette is None else load_palette(palette).in_space(space)
    paints = [
        map_paints(painting, d.bare, colors, noise=noise, own=OWN_PIXELS[settings.mode],
                   read=None if palette is None else found.palette)
        for painting, d, noise in zip(paintings, drawings, found.noise, strict=True)
    ]
    indices = [one.first for one in paints]
    pictures = _pictures_to_match(paints, colors, settings.mode, is_exact=found.near == 0)
    painted = (
        PaintedDrawing(d.segmented, index, picture, one if found.near > 0 or one.is_soft else None,
                       found.near > 0 and palette is None, noise.beside is not None, d.painted)
        for d, index, picture, one, noise in zip(drawings, indices, pictures, paints, found.noise, strict=True)
    )
    first = drawings[0].plate
    notes = (note for d in drawings[1:] if d.plate.profile != first.profile for note in color_note(d.plate))
    return References(tuple(painted), colors, first, found.told, _commonest_at_rim(indices), (*fits, *notes))


def _fit_notes(shot: Shot, drawings: Sequence[LineDrawing], *, canvas: Window, settings: Settings) -> tuple[str, ...]:
    """What is odd about how the paintings lie on their line plates, as sentences."""

    def borders_at(frame: int) -> NDArray[np.bool_]:
        try:
            plate = read_line_plate(shot.lines.path(frame), frame, canvas=canvas, settings=settings)
        except PlateError:
            return np.zeros((0, 0), np.bool_)  # told where the frame itself is coloured
        return borders_of_lines(find_lines(plate, settings).coverage)

    found = []
    for reference, drawing in zip(shot.references, drawings, strict=True):
        if reference.lines is None:
            continue  # its lines are its own
        plate, at = drawing.plate, reference.frame
        rgb = over_white(plate.rgb_alpha(), plate.space)
        others = [] if at is None else [(frame, partial(borders_at, frame)) for frame in _may_be_meant(shot, reference)]
        where = "the sheet" if at is None else f"frame {at}"
        found.append(explain(borders_of_painting(rgb), borders_of_lines(drawing.lines.coverage), others,
                             name=f"{reference.plate.name} ({where})",
                             remedy=register_line(reference.plate, reference.lines, settings)))
    return tuple(filter(None, found))


def _may_be_meant(shot: Shot, reference: Reference) -> list[int]:
    """The frames of the shot whose painting a reference may be instead: that of its name, and its neighbours."""
    at, named = reference.frame or 0, frame_in_name(reference.plate)
    others = [frame for frame in shot.lines.frames if frame != at]
    near = sorted(others, key=lambda frame: abs(frame - at))[:NEIGHBOURS]
    return sorted({*near, *([named] if named in others else [])})


def color_note(plate: Plate) -> Iterator[str]:
    """What of a painting's colour tags is left out, as a sentence where there is anything."""
    if plate.left_out:
        yield (f"{plate.path}: {plate.left_out}, are left out: its numbers are read as {plate.space}; convert the "
               "painting to sRGB, or name its space with --input-space")


def _commonest_at_rim(indices: Sequence[NDArray[np.int32]]) -> int:
    rims = [rim.ravel() for index in indices for rim in (index[[0, -1]], index[:, [0, -1]])]
    return int(np.bincount(np.concatenate(rims)).argmax())


def _pictures_to_match(
    paints: Sequence[PaintMap], colors: Palette, mode: str, *, is_exact: bool
) -> list[NDArray[np.float32]]:
    """What the network sees of the paintings, display RGB (H, W, 3) each.

    Stand-in colours for exact paints; the paints themselves where a file is lossy, for noise would get other
    stand-ins; in paint mode the painting as it is.
    """
    if mode == "paint":
        return [colors.display[one.first] if one.pixels is None else over_white(one.pixels, colors.space)
                for one in paints]
    indices = [one.first for one in paints]
    return stand_in(indices) if is_exact else [colors.display[index] for index in indices]


def read_painting(reference: Reference, canvas: Window, settings: Settings) -> LineDrawing:
    """Read a painting, a sheet in its own size, and cut it by its line art, else by lines of its own.

    Raises PlateError.
    """
    plate = read_plate(reference.plate, frame=reference.frame, space=settings.input_space)
    if reference.is_sheet:
        canvas = plate.data_window.union(plate.display_window)
    plate = plate.on_canvas(canvas)
    if reference.lines is None:
        lines = line_art_from_painting(to_display(plate.rgb(), plate.space), plate.alpha())
        return _segment(plate, lines, settings)
    line_plate = read_plate(reference.lines, frame=reference.frame, space=settings.input_space)
    lines = find_lines(line_plate.on_canvas(canvas), settings)
    if lines.taken is None:
        return _segment(plate, lines, settings)
    lines, painted = read_painted_lines(to_display(plate.rgb(), plate.space), plate.alpha(), lines)
    return replace(_segment(plate, lines, settings), painted=painted)



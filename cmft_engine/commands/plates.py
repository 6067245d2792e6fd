"""Commands that turn plates into plates without the network: the view of regions, and swapping palettes."""

import logging
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..image.color_space import check_spaces
from ..image.palette import Palette
from ..image.plate import Plate, read_plate, to_display, write_plate
from ..image.recolor import swap_plate
from ..image.sequence import PlateSequence
from ..lineart.faint import faint_note
from ..lineart.lineart import extract_line_art
from ..lineart.regions import label_regions, rainbow
from ..pipeline.outputs import plan_outputs
from ..protocol.errors import InputError, PlateError
from ..protocol.job import parse_frames
from ..protocol.settings import Settings
from ..protocol.text_file import real_path
from ..shot.shot import Shot

log = logging.getLogger(__name__)


class PlateWritten(NamedTuple):
    """A plate on disk; `number` counts its regions, or the pixels that a swap left as they were."""

    frame: int
    path: Path
    number: int


def find_plates(text: str, frames: str | None) -> PlateSequence:
    """Return the plates that a pattern names, or those of them that `frames` asks for. Raises PlateError."""
    sequence = PlateSequence.parse(text)
    if frames is None:
        return sequence
    wanted = parse_frames(frames)
    missing = sorted(set(wanted) - set(sequence.frames))
    if missing:
        raise PlateError(f"{sequence.path(missing[0])} (frame {missing[0]}) does not exist; render it, or leave the "
                         "frame out of --frames", sequence.path(missing[0]), missing[0])
    return replace(sequence, frames=wanted)


def plan(sequence: PlateSequence, out: str, *, overwrite: bool) -> dict[int, Path]:
    """Return the file to write for each frame; raises InputError before anything is lost or written over."""
    paths = plan_outputs(Shot(sequence, sequence.frames, ()), out)
    for path in paths.values():
        check_free(path, overwrite=overwrite)
    return paths


def check_free(path: Path, *, overwrite: bool, inputs: Collection[Path] = ()) -> None:
    """Raise InputError when a file stands at `path` and may not be replaced; inputs, real paths, never may."""
    if real_path(path) in inputs:
        raise InputError(f"{path} is an input; choose another name, inputs are kept")
    if path.exists() and not overwrite:
        raise InputError(f"{path} exists; add --overwrite, or choose another name")


def draw_regions(sequence: PlateSequence, paths: dict[int, Path], settings: Settings) -> Iterator[PlateWritten]:
    """Write a picture of each drawing's regions, a colour for each, ink black, closed gaps white."""
    check_spaces(settings)
    for frame, path in paths.items():
        plate = read_plate(sequence.path(frame), frame=frame, space=settings.input_space)
        line_art = extract_line_art(
            to_display(plate.rgb(), plate.space), plate.alpha(),
            threshold=settings.ink_threshold, trace_lines=settings.trace_lines,
        )
        regions = label_regions(line_art, gap_px=settings.gap_px, min_region_px=settings.min_region_px)
        if not settings.ink_threshold and (note := faint_note(line_art, regions=regions.count)):
            log.warning("%s (frame %d): %s", plate.path, frame, note)
        pixels = rainbow(regions).astype(np.float32) / np.float32(255)
        write_plate(Plate.from_pixels(pixels, data_window=plate.data_window, display_window=plate.display_window,
                                      pixel_aspect=plate.pixel_aspect, frame=frame), path)
        yield PlateWritten(frame, path, regions.count)


def swap_plates(sequence: PlateSequence, paths: dict[int, Path], old: Palette, new: Palette) -> Iterator[PlateWritten]:
    """Write each plate with the old palette's colours replaced by the new one's of the same name."""
    for frame, path in paths.items():
        plate = read_plate(sequence.path(frame), frame=frame)
        swapped = swap_plate(plate, old, new)
        write_plate(swapped.plate, path)
        yield PlateWritten(frame, path, swapped.left_px)

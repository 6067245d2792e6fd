"""Commands that turn plates into plates without the network: the view of regions, and swapping palettes."""

import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, TypeVar

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

MAX_NAMED = 8  # plates that an error names
T = TypeVar("T")


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


def write_each(sequence: PlateSequence, paths: dict[int, Path],
               make: Callable[[Path, int, Path], tuple[Plate, T]]) -> Iterator[tuple[int, Path, T]]:
    """Write what is made of each plate, and yield frame, path and what is said of it.

    make: from a plate's file, its frame and the file to write. A plate that cannot be read stops no other; PlateError
    names all such plates at the end. One that cannot be written stops the rest.
    """
    failed = []
    for frame, path in paths.items():
        try:
            plate, said = make(sequence.path(frame), frame, path)
        except PlateError as error:
            failed.append(error)
            continue
        write_plate(plate, path)
        yield frame, path, said
    if failed:
        named = "; ".join(map(str, failed[:MAX_NAMED])) + ("; and more" if failed[MAX_NAMED:] else "")
        raise PlateError(f"{len(failed)} of {len(paths)} plates are bad, what the others give is written: {named}"
                         if len(paths) > 1 else named, failed[0].path, failed[0].frame)


def draw_regions(sequence: PlateSequence, paths: dict[int, Path], settings: Settings) -> Iterator[PlateWritten]:
    """Write a picture of each drawing's regions, a colour for each, ink black, closed gaps white."""
    check_spaces(settings)

    def drawn(source: Path, frame: int, _: Path) -> tuple[Plate, int]:
        plate = read_plate(source, frame=frame, space=settings.input_space)
        line_art = extract_line_art(
            to_display(plate.rgb(), plate.space), plate.alpha(),
            threshold=settings.ink_threshold, trace_lines=settings.trace_lines,
        )
        regions = label_regions(line_art, gap_px=settings.gap_px, min_region_px=settings.min_region_px)
        if not settings.ink_threshold and (note := faint_note(line_art, regions=regions.count)):
            log.warning("%s (frame %d): %s", plate.path, frame, note)
        pixels = rainbow(regions).astype(np.float32) / np.float32(255)
        return Plate.from_pixels(pixels, data_window=plate.data_window, display_window=plate.display_window,
                                 pixel_aspect=plate.pixel_aspect, frame=frame), regions.count

    yield from map(PlateWritten._make, write_each(sequence, paths, drawn))


def swap_plates(sequence: PlateSequence, paths: dict[int, Path], old: Palette, new: Palette) -> Iterator[PlateWritten]:
    """Write each plate with the old palette's colours replaced by the new one's of the same name."""
    def swapped(source: Path, frame: int, _: Path) -> tuple[Plate, int]:
        found = swap_plate(read_plate(source, frame=frame), old, new)
        return found.plate, found.left_px

    yield from map(PlateWritten._make, write_each(sequence, paths, swapped))

"""The command that draws line plates from pictures that are only painted or composited."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..image.color_space import check_spaces, default_space, from_display
from ..image.plate import Plate, read_plate, to_display
from ..image.sequence import PlateSequence
from ..lineart.extract import extract_lines
from ..protocol.errors import InputError
from ..protocol.file_formats import format_of
from ..protocol.settings import Settings
from .plates import write_each


class LinesWritten(NamedTuple):
    """A line plate on disk; `share` of its pixels, in [0, 1], is line."""

    frame: int
    path: Path
    share: float


def check_exact(out: str) -> None:
    """Raise InputError when files of this name would blur the lines."""
    if format_of(out).is_lossy:
        raise InputError(f"{out}: this format blurs lines; name the line plates .png, .tif or .exr")


def draw_lines(
    sequence: PlateSequence, paths: dict[int, Path], *, detail: float, settings: Settings
) -> Iterator[LinesWritten]:
    """Write the lines of each picture, black on white paper, yield after each; raises PlateError as `write_each`."""
    check_spaces(settings)

    def drawn(source: Path, frame: int, path: Path) -> tuple[Plate, float]:
        plate = read_plate(source, frame=frame, space=settings.input_space)
        coverage = extract_lines(to_display(plate.rgb(), plate.space), plate.alpha(), detail=detail)
        return _line_plate(plate, coverage, path), float((coverage >= 0.5).mean())

    yield from map(LinesWritten._make, write_each(sequence, paths, drawn))


def _line_plate(plate: Plate, coverage: np.ndarray, path: Path) -> Plate:
    """Return lines (H, W) as a plate with the windows, aspect, frame and metadata of the painted one."""
    window = plate.data_window
    if not format_of(path).has_layers and window != plate.display_window:  # such files hold the display window alone
        window = plate.display_window
        canvas = np.zeros((window.height, window.width), np.float32)
        canvas[plate.data_window.slices_in(window)] = coverage[window.slices_in(plate.data_window)]
        coverage = canvas
    space = default_space(path.name, {})
    pixels = from_display(np.repeat(1 - coverage[..., None], 3, axis=2), space)
    lines = Plate.from_pixels(pixels, data_window=window, space=space, bit_depth=plate.bit_depth)
    metadata = {name: value for name, value in plate.metadata.items() if not name.startswith("cryptomatte/")}
    return replace(lines, display_window=plate.display_window, pixel_aspect=plate.pixel_aspect, frame=plate.frame,
                   metadata=metadata)

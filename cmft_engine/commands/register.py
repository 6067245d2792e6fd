"""The command `cmft register`: writes a painting shifted or scaled so that it lies on its line plate."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from ..image.color_space import check_spaces, over_white
from ..image.plate import Plate, Window, read_plate, write_plate
from ..protocol.errors import InputError
from ..protocol.file_formats import PNG, format_of
from ..protocol.settings import Settings
from ..protocol.text_file import real_path
from ..shot.fit import (
    DOUBTFUL,
    GOOD,
    Mask,
    Move,
    borders_of_lines,
    borders_of_painting,
    find_move,
    share_found,
    share_kept,
)
from ..shot.references import color_note, find_lines, log
from ..shot.register import moved_plate
from .plates import check_free


class Registered(NamedTuple):
    """How a painting was moved, and how much of its lines was found in it before and after, in [0, 1]."""

    move: Move
    before: float
    after: float


def register(painting: Path, lines: Path, out: Path, *, overwrite: bool, settings: Settings) -> Registered:
    """Write a painting moved onto its line plate. Raises InputError where no move lays it there, and PlateError."""
    check_spaces(settings)
    _check_out(out, painting, lines, overwrite=overwrite)
    source = read_plate(painting)
    _check_format(out, source)
    for note in color_note(source):
        log.warning("%s", note)
    onto = read_plate(lines, space=settings.input_space)
    canvas = source.data_window.union(source.display_window).union(onto.data_window.union(onto.display_window))
    wanted = borders_of_lines(find_lines(onto.on_canvas(canvas), settings).coverage)
    seen = replace(source, space=settings.input_space or source.space)

    borders = _borders(seen, canvas)
    move = find_move(wanted, borders)
    moved = moved_plate(seen, move, canvas=canvas, onto=onto)
    then = _borders(moved, canvas)
    done = Registered(move, share_found(wanted, borders), share_found(wanted, then))
    is_sized = source.display_window.size_text == onto.display_window.size_text
    kept = share_kept(borders, wanted) >= DOUBTFUL, share_kept(then, wanted) >= DOUBTFUL
    is_better = kept == (False, True) or share_found(wanted, then, near_px=0) > share_found(wanted, borders, near_px=0)
    if not (done.after >= GOOD or kept[1]) or (is_sized and not is_better):
        raise InputError(f"{painting}: {done.before:.0%} of the lines of {lines} are found in it as it lies, and "
                         f"{done.after:.0%} with the best shift and scale, so nothing is written; "
                         + ("it needs no move" if done.before >= GOOD else
                            "its paint keeps off its lines, but lies where it should" if kept[0] else
                            "is it a painting of this drawing?"))
    write_plate(replace(moved, space=source.space), out)
    return done


def _borders(plate: Plate, canvas: Window) -> Mask:
    """Where a painting has borders on a canvas, (H, W)."""
    return borders_of_painting(over_white(plate.on_canvas(canvas).rgb_alpha(), plate.space))


def _check_out(out: Path, painting: Path, lines: Path, *, overwrite: bool) -> None:
    """Raise InputError when the file to write is an input, or is there and may not be replaced."""
    check_free(out, overwrite=overwrite, inputs=(real_path(painting), real_path(lines)))


def _check_format(out: Path, painting: Plate) -> None:
    """Raise InputError when files of this name cannot hold the painting's numbers, depth and alpha."""
    kind, own = format_of(out), format_of(painting.path or out)
    if kind.is_lossy or kind.is_linear != own.is_linear or painting.bit_depth not in kind.depths:
        fitting = ".exr" if own.is_linear else ".tif" if painting.bit_depth not in PNG.depths else ".png or .tif"
        raise InputError(f"{out}: files of this kind cannot hold the {painting.bit_depth} colours of "
                         f"{painting.path} as they are; name it {fitting}")

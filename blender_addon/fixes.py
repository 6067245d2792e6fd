"""What is asked of the engine to correct a node's result, and what the node shows then. Main thread only."""

import os
from pathlib import Path
from typing import Tuple

from cmft_engine.protocol.errors import InputError
from cmft_engine.protocol.host import correct
from cmft_engine.protocol.host.correct import (
    Swatch,
    check_color,
    corrected_sentence,
    plate_windows,
    read_swatches,
)
from cmft_engine.protocol.host.outcome import Outcome
from cmft_engine.protocol.host.sequences import numbers_on_disk, plate_path
from cmft_engine.protocol.requests import Correct, Pin, Undo

from .engine import engine_command
from .nodes import NodeInstance, editable, instance_of, own_identity, reload_plates
from .preferences import keeps_engine, written_command
from .results import refresh, shown_by
from .runner import FixRequest, FixRun, refuse_second

Point = Tuple[float, float]


def start_pin(instance: NodeInstance, point: Point, color: str, frame: int) -> FixRun:
    """Give the region at a point a colour, in every frame that shows it.

    point: px from the lower left of the picture; frame: of the scene. Raises InputError for a point outside of the
    picture, a colour that the palette lacks, a frame that is not coloured, a node that is busy; EngineMissing.
    """
    folder, shown = result_folder(instance), shown_by(instance.group)
    color = check_color(swatches_of(instance), color, instance.name)
    x, y = place_in_plate(instance, point, frame)
    return _start(instance, Pin("", folder.as_posix(), frame + shown.shift, x, y, color))


def start_undo(instance: NodeInstance) -> FixRun:
    """Take the latest correction back. Raises InputError, EngineMissing."""
    view = instance.scene.frame_current + shown_by(instance.group).shift
    return _start(instance, Undo("", result_folder(instance).as_posix(), view))


def _start(instance: NodeInstance, work: Correct) -> FixRun:
    uid, shown = own_identity(editable(instance).group), shown_by(instance.group)
    refuse_second(uid, instance.name)
    frames = tuple(number - shown.shift for number in numbers_on_disk(shown.pattern))
    run = FixRun(FixRequest(uid, instance.name, work, frames, shown.shift), engine_command(written_command()),
                 view=instance.scene.frame_current if keeps_engine() else None)
    run.start()
    return run


def finish_fix(run: FixRun, outcome: Outcome) -> str:
    """Show the plates that have changed and return how many. Raises the error that ended the run."""
    request, instance = run.request, instance_of(run.request.uid)
    if instance is None:
        raise InputError("{}: the node is gone; its plates are in {}".format(request.name, request.work.out))
    sentence = corrected_sentence(outcome, is_undo=isinstance(request.work, Undo))
    if outcome.error is None or outcome.done:
        show_changed(instance, sentence)
    if outcome.error is not None:
        raise outcome.error
    return "{}: {}".format(request.name, sentence)


def show_changed(instance: NodeInstance, sentence: str) -> None:
    """Let the node read its plates anew as they are looked at, and say why."""
    reload_plates(instance.group)
    refresh(instance, note=sentence)


def result_folder(instance: NodeInstance) -> Path:
    """Return the folder of the plates that the node shows. Raises InputError when there are none."""
    folder = shown_by(instance.group).folder
    if folder is None:
        raise InputError("{}: there is no result to correct yet; press Colorize first".format(instance.name))
    return folder


def swatches_of(instance: NodeInstance) -> Tuple[Swatch, ...]:
    """Return the palette of the node's result. Raises InputError."""
    return read_swatches(result_folder(instance), instance.name)


def place_in_plate(instance: NodeInstance, point: Point, frame: int) -> Point:
    """Return a place of the picture, from its lower left, in the plate's pixels, from the top left.

    Raises InputError.
    """
    return correct.place_in_plate(plate_windows(_plate(instance, frame)), point, instance.name)


def place_in_picture(instance: NodeInstance, at: Tuple[int, int], frame: int) -> Point:
    """Return a pixel of a plate, from the top left, as a place of the picture from its lower left.

    Raises InputError.
    """
    return correct.place_in_picture(plate_windows(_plate(instance, frame)), at)


def size_of(instance: NodeInstance, frame: int) -> Tuple[int, int]:
    """Return the width and height of the node's picture at a frame, px. Raises InputError."""
    x0, y0, x1, y1 = plate_windows(_plate(instance, frame)).display
    return x1 - x0, y1 - y0


def _plate(instance: NodeInstance, frame: int) -> str:
    shown = shown_by(instance.group)
    result_folder(instance)  # raises where there is none
    path = plate_path(shown.pattern, frame + shown.shift)
    if not shown.first <= frame <= shown.last and not os.path.isfile(path):
        raise InputError("{}: frame {} is not coloured; go to a frame that is, or press Colorize".format(
            instance.name, frame))
    return path

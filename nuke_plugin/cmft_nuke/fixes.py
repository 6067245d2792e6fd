"""Corrections of a node's result: what is asked of the engine, and what the node shows then. Main thread only."""

from pathlib import Path
from typing import NamedTuple, Optional, Tuple, cast

import nuke

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
from cmft_engine.protocol.host.sequences import plate_path
from cmft_engine.protocol.requests import Correct, Pin, Undo

from .nodes import RESULT, inner, own_identity, quietly, result_pattern, stored_frames, text, value
from .results import refresh
from .signature import forget

Point = Tuple[float, float]


class FixPlan(NamedTuple):
    """One correction, ready to be asked for; `frames`: those of the result, all of which it may change."""

    uid: str
    name: str
    work: Correct
    frames: Tuple[int, ...]
    engine: str
    keeps_engine: bool
    warnings: Tuple[str, ...] = ()
    only: Optional[str] = None

    @property
    def folder(self) -> Path:
        """Where the plates are."""
        return Path(self.work.out)

    def sentence(self, outcome: Outcome) -> str:
        """Return what came of it."""
        return corrected_sentence(outcome, is_undo=isinstance(self.work, Undo))


def plan_pin(group: nuke.Group, point: Point, color: str, frame: int) -> FixPlan:
    """Ask for a colour of the region at a point, in px from the lower left as Nuke counts.

    Raises InputError for a point outside of the picture, a colour that the palette lacks, a frame that is not coloured.
    """
    folder = result_folder(group)
    color = check_color(read_swatches(folder, group.fullName()), color, group.fullName())
    x, y = place_in_plate(group, point, frame)
    return _plan(group, Pin("", folder.as_posix(), frame, x, y, color))


def plan_undo(group: nuke.Group) -> FixPlan:
    """Ask for the latest correction to be taken back. Raises InputError where there is no result."""
    return _plan(group, Undo("", result_folder(group).as_posix(), int(nuke.frame())))


def _plan(group: nuke.Group, work: Correct) -> FixPlan:
    return FixPlan(own_identity(group), group.fullName(), work, tuple(stored_frames(group)), text(group, "engine"),
                   bool(value(group, "keep_engine")))


def result_folder(group: nuke.Group) -> Path:
    """Return the folder of the plates that the node shows. Raises InputError when there are none."""
    pattern = result_pattern(group)
    if not pattern:
        raise InputError("{}: there is no result to correct yet; press Colorize first".format(group.fullName()))
    return Path(pattern).parent


def swatches_of(group: nuke.Group) -> Tuple[Swatch, ...]:
    """Return the palette of the node's result. Raises InputError."""
    return read_swatches(result_folder(group), group.fullName())


def place_in_plate(group: nuke.Group, point: Point, frame: int) -> Point:
    """Return a place of the node's picture in its plate's pixels, from the top left. Raises InputError."""
    return correct.place_in_plate(plate_windows(_plate(group, frame)), point, group.fullName())


def place_in_picture(group: nuke.Group, at: Tuple[int, int], frame: int) -> Point:
    """Return a pixel of a plate, from the top left, as a place of the node's picture as Nuke counts.

    Raises InputError.
    """
    return correct.place_in_picture(plate_windows(_plate(group, frame)), at)


def _plate(group: nuke.Group, frame: int) -> str:
    if frame not in set(stored_frames(group)):
        raise InputError("{}: frame {} is not coloured; go to a frame that is, or press Colorize".format(
            group.fullName(), frame))
    return plate_path(result_pattern(group), frame)


def point_of(group: nuke.Group) -> Point:
    """Return the knob Fix point. Raises InputError for a node of an older layout."""
    knob = cast(Optional[nuke.XY_Knob], group.knob("fix_point"))
    if knob is None:
        raise InputError("{}: it was saved by an older CMFT and has no Fix point; press Upgrade".format(
            group.fullName()))
    return float(knob.x()), float(knob.y())


def set_point(group: nuke.Group, point: Point) -> None:
    """Put the knob Fix point, and its handle in the Viewer, at a place; not a step of undo."""
    point_of(group)  # raises where there is none
    with quietly():
        for index in (0, 1):
            cast(nuke.XY_Knob, group["fix_point"]).setValue(point[index], index)


def sampled_point(group: nuke.Group) -> Point:
    """Return where the active Viewer was sampled last, in px of the node's picture. Raises InputError with what to do.

    The Viewer keeps its box of the sample in halves of the picture's shown width from the middle, upwards in both axes.
    """
    window: Optional[nuke.ViewerWindow] = nuke.activeViewer() if nuke.GUI else None
    knob = None if window is None else window.node().knob("colour_sample_bbox")
    if window is None or knob is None:
        raise InputError("{}: no Viewer is active; show the node in one, hold Ctrl and click into the region".format(
            group.fullName()))
    x0, y0, x1, y1 = (float(cast(nuke.BBox_Knob, knob).getValue(index)) for index in range(4))
    if (x0, y0) == (x1, y1):
        raise InputError("{}: nothing was sampled in the Viewer; hold Ctrl and click into the region".format(
            group.fullName()))
    shown = window.node().input(window.activeInput() or 0)
    if shown is None or (shown.format().width(), shown.format().height()) != _size(group):
        raise InputError("{}: the Viewer shows a picture of another size; show the node in it, hold Ctrl and click "
                         "into the region".format(group.fullName()))
    width, height = _size(group)
    aspect = width * shown.format().pixelAspect() / height
    return ((x0 + x1) / 4 + 0.5) * width, ((y0 + y1) / 4 * aspect + 0.5) * height


def _size(group: nuke.Group) -> Tuple[int, int]:
    return int(group.format().width()), int(group.format().height())


def apply_fix(group: nuke.Group, plan: FixPlan, outcome: Outcome) -> None:
    """Show the plates that have changed and say how many; a correction that was refused leaves the node as it is."""
    if outcome.error is None or outcome.done:
        show_changed(group, plan.sentence(outcome))


def show_changed(group: nuke.Group, sentence: str) -> None:
    """Let the node read its plates anew as they are looked at, and say why; not a step of undo."""
    with quietly():
        cast(nuke.Script_Knob, inner(group, RESULT)["reload"]).execute()
        forget(group)
        refresh(group, note=sentence)

"""What a run leaves on the node: the plates, their range, the state and the sentence. Main thread only."""

import os
from pathlib import Path
from typing import Any, Optional

import bpy

from cmft_engine.protocol.errors import Cancelled, CmftError, InputError
from cmft_engine.protocol.job import frames_text
from cmft_engine.protocol.look import note_look, read_look

from .names import ENGINE_MISSING, NOT_COLOURED, NOT_YET, PLATES, READY, STALE, STALE_TEXT
from .nodes import Use, result_node, show_label, show_result, uses
from .plates import numbers_on_disk
from .properties import take_old_names
from .runner import Outcome
from .shot_job import Order, Plan
from .signature import forget, recent_signature, signature

_MAX_STATUS = 400


def apply_outcome(use: Use, order: Order, outcome: Outcome) -> None:
    """Show what a run has made; after a cancel or an error an older result stays, else what is finished is shown."""
    plan = outcome.plan
    if plan is not None and outcome.done and not _keeps_old(use, plan, outcome):
        there = [number - plan.plates.shift for number in numbers_on_disk(plan.plates.pattern)]
        wanted = [frame for frame in there if order.wanted[0] <= frame <= order.wanted[-1]] or there
        is_whole = outcome.finished is not None and set(order.wanted) <= set(outcome.done)
        made_from = note_look(plan.folder, plan.order.signature, is_whole=is_whole)
        show_result(use.group, plan.plates, tuple(wanted))
        values = use.group.cmft
        values.first, values.last, values.signature = wanted[0], wanted[-1], made_from
    forget()
    refresh(use, note=sentence(order, outcome))


def _keeps_old(use: Use, plan: Plan, outcome: Outcome) -> bool:
    shown = shown_folder(use.group)
    return outcome.finished is None and shown is not None and shown != plan.folder


def sentence(order: Order, outcome: Outcome) -> str:
    """Return what a run's end means for the person at the node."""
    if isinstance(outcome.error, Cancelled):
        return "cancelled: {} of {} frames done; press Colorize to go on".format(len(outcome.done), len(order.frames))
    if outcome.error is not None:
        return str(outcome.error)
    unsure = outcome.finished.unsure if outcome.finished is not None else 0
    checks = "no region to check" if not unsure else "{} regions to check, see Open Report".format(unsure)
    return "{} coloured; {}{}".format(frames_text(order.frames), checks,
                                      "".join("; " + warning for warning in outcome.warnings[:1]))


def shown_folder(group: Any) -> Optional[Path]:
    """Return the folder of the plates that the group shows, None when it shows none."""
    image = result_node(group).image
    return None if image is None else Path(bpy.path.abspath(image.filepath, library=image.library)).parent


def current_state(use: Use, now: Optional[str] = None) -> int:
    """Return the state as it is, from the stored signature, the files on disk and the graph."""
    values, folder = use.group.cmft, shown_folder(use.group)
    if folder is None or values.last < values.first or not numbers_on_disk((folder / PLATES).as_posix()):
        return NOT_COLOURED
    made_from = read_look(folder) or values.signature  # a later version of the file may have coloured anew
    return READY if made_from == values.signature == (now or signature(use)) else STALE


def quick_state(use: Use) -> int:
    """Return the state for drawing a panel: looks at the files every few seconds, and stores nothing."""
    state = current_state(use, recent_signature(use))
    return ENGINE_MISSING if state == NOT_COLOURED and use.group.cmft.state == ENGINE_MISSING else state


def refresh(use: Use, note: str = "") -> int:
    """Store the true state and a sentence, and return the state; changes nothing that is right already."""
    values, state = use.group.cmft, current_state(use)
    if state == NOT_COLOURED and values.state == ENGINE_MISSING and not note:
        return ENGINE_MISSING
    status = str(values.status)
    if note:
        status = "{} (stale: press Colorize)".format(note) if state == STALE else note
    elif state != values.state:
        status = state_text(use, state)
    store(use, state, status)
    return state


def state_text(use: Use, state: int) -> str:
    """Return the sentence of a state that nothing more is known of."""
    values = use.group.cmft
    if state == READY:
        return "{}-{} coloured".format(values.first, values.last)
    if state == NOT_COLOURED and shown_folder(use.group) is not None:
        return "{}: the plates are gone; press Colorize, or bring the folder back".format(shown_folder(use.group))
    return STALE_TEXT if state == STALE else NOT_YET


def store(use: Use, state: int, status: str) -> None:
    """Store state and sentence, and write the node's title."""
    values, line = use.group.cmft, (status.splitlines() or [""])[0][:_MAX_STATUS]
    if values.state != state:
        values.state = state
    if values.status != line:
        values.status = line
    show_label(use.node)


def say_missing(use: Use, error: CmftError) -> None:
    """Let a node without a result say that there is no engine; one with a result goes on to show it."""
    if result_node(use.group).image is None:
        store(use, ENGINE_MISSING, str(error))


def refresh_all() -> None:
    """Look at every node of the file that can be changed, files on disk too, and store what is true."""
    forget()
    for scene in bpy.data.scenes:
        if scene.library is None:
            for use in uses(scene):
                if use.group.library is None and use.tree.library is None:
                    _refresh_any(use)


def _refresh_any(use: Use) -> None:
    """Refresh a node, or let it say what is wrong with it."""
    take_old_names(use.group.cmft)
    try:
        refresh(use)
    except CmftError as error:
        store(use, NOT_COLOURED, str(error))


def report_file(use: Use) -> Path:
    """Return the HTML report of the result that the node shows. Raises InputError when there is none."""
    folder = shown_folder(use.group)
    path = None if folder is None else folder / "report.html"
    if path is None or not os.path.isfile(str(path)):
        raise InputError("{}: there is no report yet; press Colorize first".format(use.name))
    return path

"""What a run leaves on the node: the Read, its range, the state and the sentence. Main thread only, one undo step."""

from pathlib import Path
from typing import Optional, Tuple, cast

import nuke

from cmft_engine.protocol.errors import CmftError
from cmft_engine.protocol.host.outcome import Outcome, result_to_show
from cmft_engine.protocol.host.sequences import plate_path
from cmft_engine.protocol.host.state import (
    INCOMPLETE,
    NOT_COLOURED,
    READY,
    STALE,
    Found,
    Shown,
    Stored,
    find_state,
    look_at_disk,
    sentence_of,
    to_store,
)

from .knobs import WORDING
from .moves import show_plates
from .nodes import RESULT, inner, one_undo, result_pattern, set_range, set_state, set_there, stored_frames, value
from .shot_job import Plan, wanted_frames
from .signature import forget, signature, slow_look


def apply_outcome(group: nuke.Group, plan: Plan, outcome: Outcome) -> None:
    """Show what a run has made; after a cancel or an error an older result stays, else what is finished is shown."""
    with one_undo("CMFT: colorize {}".format(plan.name)):
        result = result_to_show(outcome, plan.plates, plan.wanted, signature=plan.signature, shown=shown_by(group))
        if result is not None:
            _show(group, result)
        forget(group)
        refresh(group, note=plan.sentence(outcome))


def _show(group: nuke.Group, result: Shown) -> None:
    read = inner(group, RESULT)
    show_plates(group, result.pattern)
    set_range(read, result.first, result.last)
    for name, number in (("first", result.first), ("last", result.last)):
        group[name].setValue(number)
    cast(nuke.Script_Knob, read["reload"]).execute()
    group["signature"].setValue(result.signature)


def shown_by(group: nuke.Group) -> Shown:
    """Return what the node shows."""
    return Shown(result_pattern(group), int(value(group, "first")), int(value(group, "last")),
                 str(value(group, "signature")))


def asked_frames(group: nuke.Group) -> Tuple[int, ...]:
    """Return the frames that the node is to colour; those of its result where its inputs do not tell."""
    try:
        return wanted_frames(group)
    except CmftError:
        return tuple(range(int(value(group, "first")), int(value(group, "last")) + 1))


def look(group: nuke.Group) -> Found:
    """Return what is true, from what the node keeps, the graph, and the files on disk."""
    return find_state(shown_by(group), asked_frames(group), lambda: signature(group))


def seems_different(group: nuke.Group) -> bool:
    """Say, when Nuke is idle, whether the stored state may no longer be true; reads for a millisecond a call."""
    shown, state = shown_by(group), int(value(group, "state"))
    look = slow_look(group, (plate_path(shown.pattern, frame) for frame in stored_frames(group)))
    if look is None or state not in (READY, INCOMPLETE, STALE):
        return False
    fits = look.signature == shown.signature
    if state == STALE:
        return fits and look_at_disk(shown).made_from in ("", shown.signature)
    return look.is_gone or not fits


def refresh(group: nuke.Group, *, note: str = "") -> int:
    """Store the true state and a sentence, and return the state; changes nothing that is right already."""
    found, before = look(group), Stored(int(value(group, "state")), str(value(group, "status")))
    stored = to_store(found.state, before, note,
                      sentence_of(found.state, found.shown, WORDING, found.on_disk, found.asked))
    set_there(group, found.coloured)
    set_state(group, stored.state, stored.status)
    return stored.state


def refresh_any(group: nuke.Group) -> None:
    """Refresh a node, or let it say what is wrong with it."""
    try:
        refresh(group)
    except CmftError as error:
        set_state(group, NOT_COLOURED, str(error))


def report_file(group: nuke.Group) -> Optional[Path]:
    """Return the HTML report of the result that is shown, None when there is none."""
    folder = shown_by(group).folder
    path = None if folder is None else folder / "report.html"
    return path if path is not None and path.is_file() else None

"""What a run leaves on the node: the Read, its range, the state and the sentence. Main thread only, one undo step."""

import os
from pathlib import Path
from typing import NamedTuple, Optional, Tuple, cast

import nuke

from cmft_engine.protocol.errors import Cancelled, CmftError
from cmft_engine.protocol.events import Finished
from cmft_engine.protocol.job import frames_text
from cmft_engine.protocol.look import note_look

from .knobs import ENGINE_MISSING, NOT_COLOURED, READY, STALE
from .nodes import RESULT, cache_folder, inner, one_undo, result_pattern, set_state, value
from .plates import frames_on_disk
from .shot_job import Plan
from .signature import forget, signature

STALE_TEXT = "stale: an input or a setting has changed since it was coloured; press Colour"
_WORDS = {NOT_COLOURED: "not coloured yet: connect line and ref, press Colour", READY: "{}-{} coloured",
          STALE: STALE_TEXT}


class Outcome(NamedTuple):
    """How a run ended: the frames that stand on disk, the last event of a good run, the error of a bad one."""

    done: Tuple[int, ...]
    finished: Optional[Finished] = None
    error: Optional[CmftError] = None
    warnings: Tuple[str, ...] = ()


def apply_outcome(group: nuke.Group, plan: Plan, outcome: Outcome) -> None:
    """Show what a run has made; after a cancel or an error an older result stays, else what is finished is shown."""
    is_whole = outcome.finished is not None and set(plan.wanted) <= set(outcome.done)
    same_folder = result_pattern(group) == plan.pattern
    keeps_old = outcome.finished is None and bool(result_pattern(group)) and not same_folder
    with one_undo("CMFT: colour {}".format(plan.name)):
        if outcome.done and not keeps_old:
            _show(group, plan, note_look(plan.folder, plan.signature, is_whole=is_whole))
        forget(group)
        refresh(group, note=sentence(plan, outcome))


def _show(group: nuke.Group, plan: Plan, made_from: str) -> None:
    there = [frame for frame in frames_on_disk(plan.pattern) if plan.wanted[0] <= frame <= plan.wanted[-1]]
    there = there or sorted(frames_on_disk(plan.pattern))
    read = inner(group, RESULT)
    first, last = there[0], there[-1]
    read["file"].setValue(plan.pattern)
    for name, number in (("first", first), ("last", last), ("origfirst", first), ("origlast", last)):
        read[name].setValue(number)
    cast(nuke.Script_Knob, read["reload"]).execute()
    group["first"].setValue(first)
    group["last"].setValue(last)
    group["signature"].setValue(made_from)


def sentence(plan: Plan, outcome: Outcome) -> str:
    """Return what a run's end means for the person at the node."""
    if isinstance(outcome.error, Cancelled):
        return "cancelled: {} of {} frames done; press Colour to go on".format(len(outcome.done), len(plan.frames))
    if outcome.error is not None:
        return str(outcome.error)
    unsure = outcome.finished.unsure if outcome.finished is not None else 0
    checks = "no region to check" if not unsure else "{} regions to check, see Open report".format(unsure)
    notes = "".join("; " + warning for warning in outcome.warnings[:1])
    return "{} coloured; {}{}".format(frames_text(plan.frames), checks, notes)


def current_state(group: nuke.Group, now: Optional[str] = None) -> int:
    """Return the state as it is, from the stored signature and the files on disk; `now` spares computing it."""
    pattern = result_pattern(group)
    first, last = int(value(group, "first")), int(value(group, "last"))
    if not pattern or last < first:
        return NOT_COLOURED
    return READY if value(group, "signature") == (signature(group) if now is None else now) else STALE


def refresh(group: nuke.Group, *, note: str = "", now: Optional[str] = None) -> int:
    """Store the true state and a sentence, and return the state; changes nothing that is right already."""
    state, before = current_state(group, now), int(value(group, "state"))
    if state == NOT_COLOURED and before == ENGINE_MISSING and not note:
        return before
    status = str(value(group, "status"))
    if note:
        status = "{} (stale: press Colour)".format(note) if state == STALE else note
    elif state != before:
        status = _WORDS[state].format(value(group, "first"), value(group, "last"))
    set_state(group, state, status)
    return state


def relink(group: nuke.Group) -> bool:
    """Find the plates again after script and cache were moved together; return whether the Read was changed."""
    pattern = result_pattern(group)
    if not pattern or frames_on_disk(pattern) or not value(group, "uid"):
        return False
    moved = (cache_folder(group) / Path(pattern).parent.name / Path(pattern).name).as_posix()
    if not frames_on_disk(moved):
        return False
    inner(group, RESULT)["file"].setValue(moved)
    return True


def report_file(group: nuke.Group) -> Optional[Path]:
    """Return the HTML report of the result that is shown, None when there is none."""
    pattern = result_pattern(group)
    path = Path(os.path.dirname(pattern)) / "report.html"
    return path if pattern and path.is_file() else None

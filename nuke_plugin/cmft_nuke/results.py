"""What a run leaves on the node: the Read, its range, the state and the sentence. Main thread only, one undo step."""

from pathlib import Path
from typing import Optional, cast

import nuke

from cmft_engine.protocol.errors import CmftError
from cmft_engine.protocol.host.digests import Recent
from cmft_engine.protocol.host.outcome import Outcome, outcome_sentence, result_to_show
from cmft_engine.protocol.host.sequences import numbers_on_disk
from cmft_engine.protocol.host.state import (
    NOT_COLOURED,
    OnDisk,
    Shown,
    Stored,
    look_at_disk,
    sentence_of,
    state_of,
    to_store,
)

from .knobs import WORDING
from .nodes import RESULT, cache_folder, inner, one_undo, result_pattern, set_state, value
from .shot_job import Plan
from .signature import forget, signature, signature_if_changed

_recent: "Recent[OnDisk]" = Recent()


def apply_outcome(group: nuke.Group, plan: Plan, outcome: Outcome) -> None:
    """Show what a run has made; after a cancel or an error an older result stays, else what is finished is shown."""
    with one_undo("CMFT: colorize {}".format(plan.name)):
        result = result_to_show(outcome, plan.plates, plan.wanted, signature=plan.signature, shown=shown_by(group))
        if result is not None:
            _show(group, result)
        forget(group)
        refresh(group, note=outcome_sentence(outcome, plan.frames, WORDING))


def _show(group: nuke.Group, result: Shown) -> None:
    read = inner(group, RESULT)
    read["file"].setValue(result.pattern)
    for name, number in (("first", result.first), ("last", result.last)):
        read[name].setValue(number)
        read["orig" + name].setValue(number)
        group[name].setValue(number)
    cast(nuke.Script_Knob, read["reload"]).execute()
    group["signature"].setValue(result.signature)


def shown_by(group: nuke.Group) -> Shown:
    """Return what the node shows."""
    return Shown(result_pattern(group), int(value(group, "first")), int(value(group, "last")),
                 str(value(group, "signature")))


def current_state(group: nuke.Group) -> int:
    """Return the state as it is, from what the node keeps, the graph, and the files on disk."""
    shown = shown_by(group)
    return state_of(shown, look_at_disk(shown.pattern), lambda: signature(group))


def idle_state(group: nuke.Group) -> int:
    """Return the state as it is known without looking at every file anew; for when Nuke is idle."""
    shown = shown_by(group)
    on_disk = _recent.get(shown.pattern, lambda: look_at_disk(shown.pattern))
    return state_of(shown, on_disk, lambda: signature_if_changed(group))


def refresh(group: nuke.Group, *, note: str = "") -> int:
    """Store the true state and a sentence, and return the state; changes nothing that is right already."""
    _recent.forget()
    state, before = current_state(group), Stored(int(value(group, "state")), str(value(group, "status")))
    stored = to_store(state, before, note, sentence_of(state, shown_by(group), WORDING))
    set_state(group, stored.state, stored.status)
    return stored.state


def refresh_any(group: nuke.Group) -> None:
    """Refresh a node, or let it say what is wrong with it."""
    try:
        refresh(group)
    except CmftError as error:
        set_state(group, NOT_COLOURED, str(error))


def relink(group: nuke.Group) -> bool:
    """Find the plates again after script and cache were moved together; return whether the Read was changed."""
    pattern = result_pattern(group)
    if not pattern or numbers_on_disk(pattern) or not value(group, "uid"):
        return False
    moved = (cache_folder(group) / Path(pattern).parent.name / Path(pattern).name).as_posix()
    if not numbers_on_disk(moved):
        return False
    inner(group, RESULT)["file"].setValue(moved)
    return True


def report_file(group: nuke.Group) -> Optional[Path]:
    """Return the HTML report of the result that is shown, None when there is none."""
    folder = shown_by(group).folder
    path = None if folder is None else folder / "report.html"
    return path if path is not None and path.is_file() else None

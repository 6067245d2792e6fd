"""What a run leaves on the node: the plates, their range, the state and the sentence. Main thread only."""

from pathlib import Path
from typing import Any, Optional

import bpy

from cmft_engine.protocol.errors import CmftError, InputError
from cmft_engine.protocol.host.digests import Recent
from cmft_engine.protocol.host.outcome import Outcome, outcome_sentence, result_to_show
from cmft_engine.protocol.host.state import (
    ENGINE_MISSING,
    NOT_COLOURED,
    OnDisk,
    Shown,
    Stored,
    look_at_disk,
    sentence_of,
    state_of,
    to_store,
)

from . import signature as signatures
from .names import PLATES, WORDING
from .nodes import NodeInstance, instances, result_node, show_label, show_result
from .properties import take_old_names
from .runner import Run

_MAX_STATUS = 400
_recent: "Recent[OnDisk]" = Recent()


def apply_outcome(instance: NodeInstance, run: Run, outcome: Outcome) -> None:
    """Show what a run has made; after a cancel or an error an older result stays, else what is finished is shown."""
    request, plan = run.request, run.plan
    result = None if plan is None else result_to_show(outcome, plan.plates, request.wanted,
                                                      signature=request.signature, shown=shown_by(instance.group))
    if plan is not None and result is not None:
        show_result(instance.group, plan.plates, result.first, result.last)
        values = instance.group.cmft
        values.first, values.last, values.signature = result.first, result.last, result.signature
    signatures.forget()
    refresh(instance, note=outcome_sentence(outcome, request.frames, WORDING))


def shown_by(group: Any) -> Shown:
    """Return what the group shows."""
    folder, values = shown_folder(group), group.cmft
    return Shown("" if folder is None else (folder / PLATES).as_posix(), values.first, values.last, values.signature)


def shown_folder(group: Any) -> Optional[Path]:
    """Return the folder of the plates that the group shows, None when it shows none."""
    image = result_node(group).image
    return None if image is None else Path(bpy.path.abspath(image.filepath, library=image.library)).parent


def current_state(instance: NodeInstance) -> int:
    """Return the state as it is, from what the group keeps, the graph, and the files on disk."""
    shown = shown_by(instance.group)
    return state_of(shown, look_at_disk(shown.pattern), lambda: signatures.signature(instance))


def quick_state(instance: NodeInstance) -> int:
    """Return the state for drawing a panel: looks at the files every few seconds, and stores nothing."""
    shown = shown_by(instance.group)
    on_disk = _recent.get(shown.pattern, lambda: look_at_disk(shown.pattern))
    state = state_of(shown, on_disk, lambda: signatures.recent_signature(instance))
    return ENGINE_MISSING if state == NOT_COLOURED and instance.group.cmft.state == ENGINE_MISSING else state


def refresh(instance: NodeInstance, note: str = "") -> int:
    """Store the true state and a sentence, and return the state; changes nothing that is right already."""
    _recent.forget()
    values, state = instance.group.cmft, current_state(instance)
    stored = to_store(state, Stored(values.state, values.status), note,
                      sentence_of(state, shown_by(instance.group), WORDING))
    store(instance, stored)
    return stored.state


def store(instance: NodeInstance, stored: Stored) -> None:
    """Store state and sentence, cut to one line, and write the node's title."""
    values, line = instance.group.cmft, (stored.status.splitlines() or [""])[0][:_MAX_STATUS]
    if values.state != stored.state:
        values.state = stored.state
    if values.status != line:
        values.status = line
    show_label(instance.node)


def say_missing(instance: NodeInstance, error: CmftError) -> None:
    """Let a node without a result say that there is no engine; one with a result goes on to show it."""
    if result_node(instance.group).image is None:
        store(instance, Stored(ENGINE_MISSING, str(error)))


def refresh_all() -> None:
    """Look at every node of the file that can be changed, files on disk too, and store what is true."""
    signatures.forget()
    for scene in bpy.data.scenes:
        if scene.library is None:
            for instance in instances(scene):
                if instance.group.library is None and instance.tree.library is None:
                    _refresh_any(instance)


def _refresh_any(instance: NodeInstance) -> None:
    """Refresh a node, or let it say what is wrong with it."""
    take_old_names(instance.group.cmft)
    try:
        refresh(instance)
    except CmftError as error:
        store(instance, Stored(NOT_COLOURED, str(error)))


def report_file(instance: NodeInstance) -> Path:
    """Return the HTML report of the result that the node shows. Raises InputError when there is none."""
    folder = shown_folder(instance.group)
    path = None if folder is None else folder / "report.html"
    if path is None or not path.is_file():
        raise InputError("{}: there is no report yet; press Colorize first".format(instance.name))
    return path

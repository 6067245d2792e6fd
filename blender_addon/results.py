"""What a run leaves on the node: the plates, their range, the state and the sentence. Main thread only."""

import os
import sys
from pathlib import Path
from typing import Any, Optional, Tuple

import bpy

from cmft_engine.protocol.errors import CmftError, InputError
from cmft_engine.protocol.host.digests import Recent
from cmft_engine.protocol.host.outcome import Outcome, outcome_sentence, result_to_show
from cmft_engine.protocol.host.sequences import plate_path
from cmft_engine.protocol.host.state import (
    ENGINE_MISSING,
    INCOMPLETE,
    NOT_COLOURED,
    READY,
    STALE,
    Found,
    OnDisk,
    Shown,
    Stored,
    find_state,
    look_at_disk,
    sentence_of,
    state_of,
    to_store,
)

from . import signature as signatures
from .checks import store_checks
from .inputs import is_connected, line_source, wanted_frames
from .names import ERROR, LINE_ART, PLATES, RESULT, WORDING
from .nodes import NodeInstance, instances, result_node, shift_of, show_label, show_or_not, show_result, take_layout
from .places import settle
from .properties import take_old_names
from .references import missing_files
from .runner import Run

_MAX_STATUS = 400
_recent: "Recent[OnDisk]" = Recent()
_asked: "Recent[Tuple[int, ...]]" = Recent()
_missing: "Recent[Tuple[str, ...]]" = Recent()


def apply_outcome(instance: NodeInstance, run: Run, outcome: Outcome) -> None:
    """Show what a run has made; after a cancel or an error an older result stays, else what is finished is shown."""
    request, plan = run.request, run.plan
    result = None if plan is None else result_to_show(outcome, plan.plates, request.wanted,
                                                      signature=request.signature, shown=shown_by(instance.group))
    if plan is not None and result is not None:
        show_result(instance.group, plan.plates, result.first, result.last)
        instance.group.cmft.signature = result.signature
    signatures.forget()
    refresh(instance, note=outcome_sentence(outcome, request.frames, WORDING))


def shown_by(group: Any) -> Shown:
    """Return what the group shows."""
    folder, values = shown_folder(group), group.cmft
    shift = 0 if folder is None else shift_of(result_node(group))
    return Shown("" if folder is None else (folder / PLATES).as_posix(), values.first, values.last, values.signature,
                 shift)


def shown_folder(group: Any) -> Optional[Path]:
    """Return the folder of the plates that the group shows, None when it shows none."""
    image = result_node(group).image
    return None if image is None else Path(bpy.path.abspath(image.filepath, library=image.library)).parent


def asked_frames(instance: NodeInstance) -> Tuple[int, ...]:
    """Return the frames that the node is to colour; those of its result where its inputs do not tell."""
    try:
        return wanted_frames(instance, line_source(instance))
    except CmftError:
        return tuple(range(instance.group.cmft.first, instance.group.cmft.last + 1))


def quick_state(instance: NodeInstance) -> Stored:
    """Return state and sentence for drawing a panel: looks at the files every few seconds, and stores nothing."""
    shown, values, key = shown_by(instance.group), instance.group.cmft, instance.group.as_pointer()
    on_disk = _recent.get((key, shown), lambda: look_at_disk(shown))
    asked = _asked.get((key, values.range, values.frames), lambda: asked_frames(instance))
    state = state_of(shown, on_disk, lambda: asked, lambda: signatures.recent_signature(instance))
    return to_store(state, Stored(values.state, values.status), "", sentence_of(state, shown, WORDING, on_disk, asked))


def quick_missing(instance: NodeInstance) -> Tuple[str, ...]:
    """Return what the list of references names and is not there, for drawing a panel."""
    named = tuple((one.frame, one.path, one.lines) for one in instance.group.cmft.references)
    return _missing.get((instance.group.as_pointer(), bpy.data.filepath, named), lambda: missing_files(instance))


def refresh(instance: NodeInstance, note: str = "") -> int:
    """Store the true state and a sentence, and return the state; changes nothing that is right already."""
    _recent.forget()
    _asked.forget()
    _missing.forget()
    values, found = instance.group.cmft, look(instance)
    stored = to_store(found.state, Stored(values.state, values.status), note,
                      sentence_of(found.state, found.shown, WORDING, found.on_disk, found.asked))
    store(instance, stored)
    store_checks(values, found.shown)
    return stored.state


def look(instance: NodeInstance) -> Found:
    """Return what is true, from what the node keeps, the graph, and the files on disk."""
    return find_state(shown_by(instance.group), asked_frames(instance), lambda: signatures.signature(instance))


def store(instance: NodeInstance, stored: Stored) -> None:
    """Store state and sentence, cut to one line, and write the node's title."""
    values, line = instance.group.cmft, (stored.status.splitlines() or [""])[0][:_MAX_STATUS]
    if values.state != stored.state:
        values.state = stored.state
    if values.status != line:
        values.status = line
    show_label(instance.node)
    if instance.group.nodes.get(RESULT) is not None:  # else it says that it is gone
        is_stale = stored.state == STALE and is_connected(instance, LINE_ART)  # one that was appended has no inputs
        show_or_not(instance.group, is_stale=is_stale)


def warn_of_render(scene: Any) -> None:
    """Say on stderr what a render of the scene's compositor will not show as it should."""
    for instance in instances(scene):
        values = instance.group.cmft
        if values.state == STALE:
            shows = "the picture is black" if values.on_stale == ERROR else "the old result is rendered"
            _warn("{}: {}; {}".format(instance.name, values.status, shows))
        elif values.state != READY:
            _warn("{}: {}".format(instance.name, values.status))


def warn_of_frame(scene: Any) -> None:
    """Say on stderr that the frame which is rendered now has no plate, though it is in the range."""
    for instance in instances(scene):
        values, shown = instance.group.cmft, shown_by(instance.group)
        frame = int(scene.frame_current)
        is_asked = values.state in (READY, INCOMPLETE) and shown.first <= frame <= shown.last and bool(shown.pattern)
        if is_asked and not os.path.isfile(plate_path(shown.pattern, frame + shown.shift)):
            _warn("{}: frame {} is not coloured, its picture is empty".format(instance.name, frame))


def _warn(words: str) -> None:
    sys.stderr.write("CMFT: {}\n".format(words))
    sys.stderr.flush()


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
        take_layout(instance.group)
        settle(instance.group.cmft)
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

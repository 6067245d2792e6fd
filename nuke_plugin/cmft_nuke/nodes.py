"""CMFT nodes as such: finding them, their identity, their folder in the cache, their stored state.

Everything here runs in Nuke's main thread.
"""

import re
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator, List, Optional, Sequence, cast

import nuke

from cmft_engine.protocol.errors import InputError
from cmft_engine.protocol.host.identity import cache_folder as folder_of_all
from cmft_engine.protocol.host.identity import identity
from cmft_engine.protocol.host.state import INCOMPLETE, READY
from cmft_engine.protocol.job import frame_runs

from .knobs import KNOBS, TEMPLATE_VERSION, Knob

VERSION_KNOB = "cmft_version"
RESULT = "Result"
PLATES = "coloured.%04d.exr"
MAX_STATUS = 240  # letters that still read well on a node
_PLAIN = str.maketrans({"[": "(", "]": ")", "\\": "/", "$": None})  # what Tcl would evaluate


def is_cmft(node: Optional[nuke.Node]) -> bool:
    """Say whether a node is one of ours."""
    return node is not None and VERSION_KNOB in node.knobs()


def as_cmft(node: Optional[nuke.Node]) -> nuke.Group:
    """Return the node as a Group. Raises InputError for any other node."""
    if node is None or not is_cmft(node):
        name = "nothing" if node is None else node.fullName()
        raise InputError("{} is no CMFT node; make one with Tab, CMFT or with api.create()".format(name))
    return cast(nuke.Group, node)


def check_layout(group: nuke.Group) -> None:
    """Raise InputError when the node's layout is of another version: it renders, but cannot be coloured."""
    layout = int(value(group, VERSION_KNOB))
    if layout != TEMPLATE_VERSION:
        how = "choose CMFT, Upgrade nodes" if layout < TEMPLATE_VERSION else "install the later CMFT that made it"
        raise InputError("{} was made by another version (layout {}, here {}); it renders, but to colorize {}".format(
            group.fullName(), layout, TEMPLATE_VERSION, how))


def all_cmft() -> List[nuke.Group]:
    """Return every CMFT node of the script, those inside Groups too; not those that a LiveGroup keeps locked."""
    return [cast(nuke.Group, node) for node in nuke.allNodes("Group", nuke.root(), recurseGroups=True)
            if is_cmft(node) and not _is_locked(node)]


def _is_locked(node: nuke.Node) -> bool:
    parent = node.parent()
    while parent is not None and parent.Class() != "Root":
        if parent.Class() == "LiveGroup" and cast(nuke.LiveGroup, parent).published():
            return True
        parent = parent.parent()
    return False


def find(uid: str, name: str) -> Optional[nuke.Group]:
    """Return the node that a run was started for, None when it was deleted; it may have been renamed."""
    node = nuke.toNode(name)
    if is_cmft(node) and value(cast(nuke.Group, node), "uid") == uid:
        return cast(nuke.Group, node)
    return next((other for other in all_cmft() if value(other, "uid") == uid), None)


def inner(group: nuke.Group, name: str) -> nuke.Node:
    """Return a node inside of the Group. Raises InputError when someone has removed it."""
    node = group.node(name)
    if node is None:
        raise InputError("{}: the node {} inside of it is gone; make a new CMFT node".format(group.fullName(), name))
    return node


def value(group: nuke.Group, name: str) -> Any:
    """Return a knob's value; its default for a knob that an older node does not have."""
    knob = group.knob(name)
    if knob is not None:
        return knob.value()
    known = next(known for known in KNOBS if known.name == name)
    older = saved_knob(group, known)
    return known.value if older is None else older.value()


def saved_knob(group: nuke.Group, known: Knob) -> Optional[nuke.Knob]:
    """Return the node's knob, which older layouts may have under another name; None when it has neither."""
    found = (group.knob(name) for name in (known.name, *known.aliases))
    return next((knob for knob in found if knob is not None), None)


def text(group: nuke.Group, name: str) -> str:
    """Return a text knob with its expressions evaluated."""
    knob = group.knob(name)
    return "" if knob is None else str(cast(nuke.EvalString_Knob, knob).evaluate() or "").strip()


@contextmanager
def one_undo(title: str) -> Iterator[None]:
    """Make all changes inside one step of Nuke's undo."""
    nuke.Undo.begin(title)
    try:
        yield
    finally:
        nuke.Undo.end()


@contextmanager
def no_undo() -> Iterator[None]:
    """Keep the changes inside out of Nuke's undo: they are bookkeeping, no action of the user."""
    if nuke.Undo.disabled():  # by an outer block, which ends it
        yield
        return
    nuke.Undo.disable()
    try:
        yield
    finally:
        nuke.Undo.enable()


@contextmanager
def quietly() -> Iterator[None]:
    """Store what is true without a step of undo, and without marking the script as modified."""
    before = nuke.modified()
    try:
        with no_undo():
            yield
    finally:
        if nuke.modified() != before:
            nuke.modified(before)


def own_identity(group: nuke.Group) -> str:
    """Return the node's identity; a new node gets one, a pasted copy a new one, a renamed node keeps its own."""
    uid, name = value(group, "uid"), group.fullName()
    twins = [other for other in all_cmft() if value(other, "uid") == uid and other.fullName() != name]
    uid = identity(str(uid), owner=str(value(group, "uid_owner")), name=name, has_twin=bool(twins))
    if uid != value(group, "uid") or value(group, "uid_owner") != name:
        with no_undo():
            group["uid"].setValue(uid)
            group["uid_owner"].setValue(name)
    return uid


def cache_folder(group: nuke.Group) -> Path:
    """Return the node's own folder, in the cache folder that its knob or the script's place gives."""
    script = str(nuke.root()["name"].value() or "")
    return folder_of_all(text(group, "cache"), script, "nuke") / own_identity(group)


def set_range(read: nuke.Node, first: int, last: int) -> None:
    """Let a Read show these frames."""
    for name, number in (("first", first), ("last", last)):
        read[name].setValue(number)
        read["orig" + name].setValue(number)


def result_pattern(group: nuke.Group) -> str:
    """Return the file pattern of the plates that the node shows, "" when there are none."""
    written = str(nuke.filename(inner(group, RESULT)) or "").replace("\\", "/")
    return re.sub("#+", lambda hashes: "%0{}d".format(len(hashes.group())), written)  # Nuke gives back either form


def script_folder() -> str:
    """Return the folder of the script, "" while it has no name."""
    script = str(nuke.root()["name"].value() or "")
    return Path(script).parent.as_posix() if script else ""


def set_state(group: nuke.Group, state: int, status: str) -> None:
    """Store what the Asserts and the label show; touches nothing that is so already.

    The sentence is cut to one line; brackets and dollars, which Nuke would evaluate, become round or go.
    """
    line = (status.splitlines() or [""])[0].translate(_PLAIN)
    if state == INCOMPLETE and group.knob("there") is None:
        state = READY  # a node of an older layout shows what there is, and errors of its Read where a plate is missing
    for name, wanted in (("state", state), ("status", line[:MAX_STATUS])):
        if value(group, name) != wanted:
            group[name].setValue(wanted)


def there_script(frames: Sequence[int]) -> str:
    """Return the keys of the knob `there`: 1 at these frames and between them and the frame before, else 0.

    Motion blur looks between frames.
    """
    keys = [key for first, last in frame_runs(frames) for key in ((first - 0.999, 1), (last + 1, 0))]
    words = ["x{:g} {}".format(*key) if key[0] % 1 == 0 else "x{:.3f} {}".format(*key) for key in keys]
    return "{{curve K x{} 0 {}}}".format(int(min(frames) - 1), " ".join(words)) if keys else "0"


def set_there(group: nuke.Group, frames: Sequence[int]) -> None:
    """Store which frames have a plate; touches nothing that is so already."""
    knob = group.knob("there")
    if knob is not None and knob.toScript() != there_script(frames):
        knob.fromScript(there_script(frames))


def stored_frames(group: nuke.Group) -> Iterator[int]:
    """Yield the frames that are stored as having a plate; for a node of an older layout all of its range."""
    knob = group.knob("there")
    for frame in range(int(value(group, "first")), int(value(group, "last")) + 1):
        if knob is None or cast(nuke.Array_Knob, knob).getValueAt(frame):
            yield frame

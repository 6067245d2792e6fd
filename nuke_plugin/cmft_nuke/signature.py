"""Whether the result still fits: a digest of settings, references and everything upstream that makes the inputs.

Built from scripts' own text and from files' sizes and times, so that it is the same tomorrow and in another session;
Nuke's opHashes are only used to look anew at once. Main thread only.
"""

import os
import time
from typing import Dict, Iterator, List, NamedTuple, Optional, Set, Tuple, cast

import nuke

from cmft_engine.protocol.host.digests import MAX_FILES, PATIENCE_S, SlowLook, setting_lines, signature_of, stamp
from cmft_engine.protocol.host.sequences import plate_path
from cmft_engine.protocol.settings import SETTINGS

from .bake import LINE, REF, REF_LINE, in_view, passes
from .moves import corrections_of
from .nodes import text, value

_LOOK = ("reference_frames", "sheet", "corrections")
_COLOR = ("colorManagement", "OCIO_config", "customOCIOConfigPath", "workingSpaceLUT", "int8Lut", "int16Lut", "logLut",
          "floatLut")  # of the script: what Reads that say "default" are read as
_COSMETIC = frozenset((
    "xpos", "ypos", "selected", "name", "label", "note_font", "note_font_size", "note_font_color", "tile_color",
    "gl_color", "hide_input", "cached", "postage_stamp", "postage_stamp_frame", "dope_sheet", "bookmark", "icon",
    "indicators", "panel", "help", "onCreate", "onDestroy", "knobChanged", "updateUI", "autolabel", "window",
    "mapsize", "reload", "localizationPolicy", "version", "Render", "status", "fix_point", "fix_color",
))

_FILES_APART = ("Read", "Write")  # a Read's are looked at frame by frame; what a Write makes changes nothing

BUDGET_S = 0.001  # of one look when Nuke is idle; more than two milliseconds are felt


class _Look(NamedTuple):
    key: Tuple[object, ...]
    began: float
    read: SlowLook


_looks: Dict[str, _Look] = {}  # by the node's identity: the look that goes on, or the last one


def signature(group: nuke.Group) -> str:
    """Return the digest of all that the node's picture is made from, the frame range apart; looks at every file."""
    return signature_of(_lines(group))


def quick_key(group: nuke.Group) -> Tuple[object, ...]:
    """Return what differs, within this session, as soon as an input or a setting does; costs next to nothing.

    A Dot or a NoOp has no hash of its own: the node that it shows is asked.
    """
    inputs = [shown_by_input(group, which) for which in (LINE, REF, REF_LINE)]
    hashes = [tuple(node.opHashes()) if node is not None else () for node in inputs]
    names = [setting.name for setting in SETTINGS] + [*_LOOK, "view"]
    return (*hashes, text(group, "palette"), *(str(value(group, name)) for name in names))


def shown_by_input(group: nuke.Group, which: int) -> Optional[nuke.Node]:
    """Return the node whose picture comes in, through those that hand it on as it is."""
    node = group.input(which)
    while node is not None and passes(node):
        node = node.input(0)
    return node


def _lines(group: nuke.Group) -> Iterator[str]:
    yield from setting_lines(lambda name: value(group, name))
    for name in _LOOK:
        if name != "corrections" or not text(group, name):
            yield "{}={}".format(name, value(group, name))
    palette = text(group, "palette")
    yield "palette={}".format(os.path.basename(palette))  # not its folder: it may move
    if text(group, "view"):  # of nodes that were saved before there was this knob the digest is as it was
        yield "view={}".format(text(group, "view"))
    yield stamp(palette)
    root = nuke.root()
    yield from ("root {}={}".format(name, root[name].toScript()) for name in _COLOR if root.knob(name) is not None)
    for frame, path in sorted(corrections_of(group).items()):
        yield "correction {} {} {}".format(frame, os.path.basename(path), stamp(path))  # not its folder: it may move
    for which in (LINE, REF, *((REF_LINE,) if group.input(REF_LINE) is not None else ())):
        yield "input {}".format(which)
        for node in _upstream(group.input(which)):
            yield from _node_lines(node, text(group, "view") or str(nuke.views()[0]))


def _upstream(node: Optional[nuke.Node]) -> Iterator[nuke.Node]:
    """Yield a node and all that it is made from, each once, in an order that the graph alone decides."""
    seen: Set[str] = set()
    waiting: List[nuke.Node] = [] if node is None else [node]
    while waiting:
        found = waiting.pop()
        if found.fullName() in seen:
            continue
        seen.add(found.fullName())
        if passes(found):
            waiting.extend(filter(None, [found.input(0)]))
            continue
        yield found
        inputs = [found.input(index) for index in range(found.inputs())]
        linked = sorted(found.dependencies(nuke.EXPRESSIONS), key=lambda other: other.fullName())
        inside = cast(nuke.Group, found).nodes() if found.Class() == "Group" else []
        waiting.extend(other for other in [*linked, *inside, *inputs] if other is not None and other.Class() != "Root")


def _node_lines(node: nuke.Node, view: str) -> Iterator[str]:
    yield node.Class()
    is_variable = node.Class().startswith("Variable")
    for name, knob in sorted(node.knobs().items()):
        if name not in _COSMETIC:
            script = knob.toScript()
            is_variable = is_variable or "%{" in script
            yield "{}={}".format(name, script)
        if knob.Class() == "File_Knob" and node.Class() not in _FILES_APART and knob.value():
            yield stamp(str(knob.value()))
    if is_variable:
        yield from _variables(node)
    taken = [index for index in range(node.inputs()) if node.input(index) is not None]
    if taken != list(range(len(taken))):  # else the order of the nodes says it
        yield "inputs={}".format(taken)
    if node.Class() == "Read":
        yield from _file_stamps(node, view)


def _variables(node: nuke.Node) -> Iterator[str]:
    """Yield the graph variables that a node sees (Nuke 16): they change its picture without a change of its knobs."""
    scope: Optional[nuke.Node] = node
    while scope is not None:
        knob = scope.knob("gsv")
        if knob is not None:
            yield "gsv={}".format(knob.toScript())
        scope = None if scope.Class() == "Root" else scope.parent()


def _file_stamps(read: nuke.Node, view: str) -> Iterator[str]:
    pattern = in_view(nuke.filename(read) or "", view)
    frames = range(int(read["first"].value()), int(read["last"].value()) + 1)
    for frame in frames[::1 + len(frames) // MAX_FILES]:
        yield stamp(plate_path(pattern, frame))


def slow_look(group: nuke.Group, plates: Iterator[str]) -> Optional[SlowLook]:
    """Return what is true by now, None while it is being read; for when Nuke is idle.

    Each call reads for a millisecond. A new look begins when an input or a setting has changed, and every few seconds.
    """
    key, uid, now = quick_key(group), str(value(group, "uid")), time.monotonic()
    look = _looks.get(uid)
    is_over = look is not None and look.read.advance(0) and now - look.began > PATIENCE_S
    if look is None or look.key != key or is_over:
        look = _looks[uid] = _Look(key, now, SlowLook(_lines(group), plates))
    return look.read if look.read.advance(BUDGET_S) else None


def forget(group: nuke.Group) -> None:
    """Let the next look read everything again, as after files were written."""
    _looks.pop(str(value(group, "uid")), None)

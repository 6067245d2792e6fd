"""Whether the result still fits: a digest of settings, references and everything upstream that makes the inputs.

Built from scripts' own text and from files' sizes and times, so that it is the same tomorrow and in another session;
Nuke's opHashes are only used to see that nothing has changed since the last look. Main thread only.
"""

from typing import Dict, Iterator, List, Optional, Set, Tuple, cast

import nuke

from cmft_engine.protocol.host.digests import Recent, sequence_stamps, signature_of, stamp
from cmft_engine.protocol.settings import SETTINGS

from .bake import LINE, REF, in_view, passes
from .nodes import text, value

_LOOK = ("reference_frames", "sheet", "corrections", "palette")
_COSMETIC = frozenset((
    "xpos", "ypos", "selected", "name", "label", "note_font", "note_font_size", "note_font_color", "tile_color",
    "gl_color", "hide_input", "cached", "postage_stamp", "postage_stamp_frame", "dope_sheet", "bookmark", "icon",
    "indicators", "panel", "help", "onCreate", "onDestroy", "knobChanged", "updateUI", "autolabel", "window",
    "mapsize", "reload", "localizationPolicy", "version", "Render", "status",
))

_seen: Dict[str, Tuple[Tuple[object, ...], str]] = {}  # by the node's identity: its quick key, and its signature
_stamps: "Recent[Tuple[str, ...]]" = Recent()


def signature(group: nuke.Group) -> str:
    """Return the digest of all that the node's picture is made from, the frame range apart; looks at every file."""
    _stamps.forget()
    return signature_of(_lines(group))


def quick_key(group: nuke.Group) -> Tuple[object, ...]:
    """Return what differs, within this session, as soon as an input or a setting does; costs next to nothing."""
    inputs = [group.input(which) for which in (LINE, REF)]
    hashes = [tuple(node.opHashes()) if node is not None else () for node in inputs]
    names = [setting.name for setting in SETTINGS] + [*_LOOK, "view"]
    return (*hashes, *(str(value(group, name)) for name in names))


def _lines(group: nuke.Group) -> Iterator[str]:
    for setting in SETTINGS:
        yield "{}={}".format(setting.name, value(group, setting.name))
    for name in _LOOK:
        yield "{}={}".format(name, value(group, name))
    if text(group, "view"):  # of nodes that were saved before there was this knob the digest is as it was
        yield "view={}".format(text(group, "view"))
    yield stamp(text(group, "palette"))
    for part in text(group, "corrections").split(";"):
        yield stamp(part.partition("=")[2].strip())
    for which in (LINE, REF):
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
    for name, knob in sorted(node.knobs().items()):
        if name not in _COSMETIC:
            yield "{}={}".format(name, knob.toScript())
    if node.Class() == "Read":
        yield from _file_stamps(node, view)


def _file_stamps(read: nuke.Node, view: str) -> Iterator[str]:
    pattern = in_view(nuke.filename(read) or "", view)
    first, last = int(read["first"].value()), int(read["last"].value())
    yield from _stamps.get((pattern, first, last), lambda: sequence_stamps(pattern, range(first, last + 1)))


def signature_if_changed(group: nuke.Group) -> str:
    """Return the signature, from memory when nothing has changed in Nuke; for when Nuke is idle.

    Files are not looked at again within a few seconds, so that playing a shot costs nothing on a slow disk.
    """
    key, uid = quick_key(group), str(value(group, "uid"))
    known = _seen.get(uid)
    if known is None or known[0] != key:
        known = (key, signature_of(_lines(group)))
        _seen[uid] = known
    return known[1]


def forget(group: nuke.Group) -> None:
    """Let the next look read everything again, as after files were written."""
    _seen.pop(str(value(group, "uid")), None)


"""Operator hashes and frame ranges: what changes when anything upstream changes."""

from __future__ import annotations

import hashlib
import os
from typing import Iterator, List, Optional, Tuple, Union

from . import tree
from .base import AnyNode, Knob, Session
from .knob_numbers import Array_Knob
from .knob_texts import EvalString_Knob, at_frame, project_path

DEPTH = 200

DRAWING = {"name", "label", "help", "icon", "tile_color", "gl_color", "note_font", "note_font_size", "note_font_color",
           "xpos", "ypos", "panel", "indicators", "postage_stamp_frame", "bookmark", "cached", "dope_sheet",
           "hide_input", "postage_stamp", "selected", "autolabel", "knobChanged", "onCreate", "onDestroy", "updateUI"}
WITHOUT_OPS = ("Dot", "NoOp")  # their own list of hashes is empty, as Foundry says; below them the picture's counts
THROUGH = ("Dot", "NoOp", "Output", "Write", "Viewer")


def op_hash(session: Session, node: AnyNode, frame: float) -> int:
    """Return a hash of a node's result at a frame: its class, knobs, inputs and, for a Read, the file's time and size.

    It is that of the frame, as in Nuke (learn.foundry.com, NDK developer guide, "Op Hashing & Caching"): a Read of a
    sequence has another hash on another frame. It knows nothing of names, labels or places in the graph.
    Whether Nuke's are stable over sessions and releases is not known; these are.
    """
    digest = hashlib.sha1()
    for part in _parts(session, node, int(frame), 0):
        digest.update(part.encode())
    return int.from_bytes(digest.digest()[:8], "big")


def _parts(session: Session, node: Optional[AnyNode], frame: int, depth: int) -> Iterator[str]:
    """Yield everything that the hash of a node is made of."""
    if node is None or depth > DEPTH:
        yield "none"
        return
    source = _handed_on(node)
    if source is not node:
        yield from _parts(session, source, frame, depth + 1)
        return
    yield node._class
    for name, knob in node._knobs.items():
        if name not in DRAWING:
            yield "{}={}".format(name, _value(session, node, knob, frame))
    if node._class == "Read":
        yield from _file(session, node, frame)
    moved = frame
    if node._class == "FrameHold":
        moved = int(node["firstFrame"].getValue())
    elif node._class == "TimeOffset":
        moved = frame - node["time_offset"].value()
    for above in node._inputs:
        yield from _parts(session, above, moved, depth + 1)


def _handed_on(node: AnyNode) -> Optional[AnyNode]:
    """Return the node whose hash a node hands on; the node itself when it has one of its own."""
    if node._class == "Group":
        return tree.output_node(node)
    if node._class == "Input":
        return tree.outside(node)
    return node.input(0) if node["disable"].value() or node._class in THROUGH else node


def _value(session: Session, node: AnyNode, knob: Knob, frame: int) -> Union[str, List[float]]:
    if isinstance(knob, Array_Knob):
        return [knob._field(at, frame) for at in range(len(knob._state))]
    if isinstance(knob, EvalString_Knob) and knob._name != "file":
        return session.expressions.text(node, knob._state, frame)
    return knob._script()


def _file(session: Session, node: AnyNode, frame: int) -> Iterator[str]:
    text = session.expressions.text(node, node._knobs["file"]._state, frame)
    shown = min(max(frame, node["first"].value()), node["last"].value())
    path = at_frame(project_path(text, session.directory()), shown, session.view_now())
    yield path
    yield session.remember(node, "state", path, lambda: _state(path))


def _state(path: str) -> str:
    if not os.path.isfile(path):
        return ""
    state = os.stat(path)
    return "{} {}".format(state.st_mtime_ns, state.st_size)


def frame_range(session: Session, node: AnyNode) -> Tuple[int, int]:
    """Return first and last frame of a node: those of the Reads upstream, else of the script."""
    found = _range(session, node, 0)
    return found or (session.root["first_frame"].value(), session.root["last_frame"].value())


def _range(session: Session, node: Optional[AnyNode], depth: int) -> Optional[Tuple[int, int]]:
    if node is None or depth > DEPTH:
        return None
    if node._class == "Read":
        return (node["first"].value(), node["last"].value())
    if node._class == "Group":
        return _range(session, tree.output_node(node), depth + 1)
    if node._class == "Input":
        return _range(session, tree.outside(node), depth + 1)
    if node._class == "FrameHold" and not node["increment"].getValue():
        held = int(node["firstFrame"].getValue())
        return (held, held)
    ranges = [found for found in (_range(session, source, depth + 1) for source in node._inputs) if found]
    if not ranges:
        return None
    first, last = min(start for start, _ in ranges), max(end for _, end in ranges)
    shift = node["time_offset"].value() if node._class == "TimeOffset" else 0
    return (first + shift, last + shift)

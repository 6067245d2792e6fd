"""Operator hashes and frame ranges: what changes when anything upstream changes."""

from __future__ import annotations

import hashlib
import os

from .knob_texts import at_frame, project_path

DRAWING = {"name", "label", "help", "icon", "tile_color", "gl_color", "note_font", "note_font_size", "note_font_color",
           "xpos", "ypos", "panel", "indicators", "postage_stamp_frame", "bookmark", "cached", "dope_sheet",
           "hide_input", "postage_stamp", "selected", "autolabel", "knobChanged", "onCreate", "onDestroy", "updateUI"}
GENERATORS = ("Constant", "Input")


def op_hash(session, node, frame) -> int:
    """Return a hash of a node's result at a frame: its class, knobs, inputs and, for a Read, the file's time and size.

    It is that of the frame, as in Nuke (learn.foundry.com, NDK developer guide, "Op Hashing & Caching"): a Read of a
    sequence has another hash on another frame. It knows nothing of names, labels or places in the graph.
    Whether Nuke's are stable over sessions and releases is not known; these are.
    """
    digest = hashlib.sha1()
    _feed(session, node, int(frame), digest, 0)
    return int.from_bytes(digest.digest()[:8], "big")


def _feed(session, node, frame, digest, depth) -> None:
    if node is None or depth > 200:
        digest.update(b"none")
        return
    inside = {"Group": lambda: node._output_node(), "Input": lambda: _outside(node)}
    if node._class in inside:
        _feed(session, inside[node._class](), frame, digest, depth + 1)
        return
    if node["disable"].value() or node._class in ("Dot", "NoOp", "Output", "Write", "Viewer"):
        _feed(session, node.input(0), frame, digest, depth + 1)
        return
    digest.update(node._class.encode())
    for name, knob in node._knobs.items():
        if name not in DRAWING:
            digest.update("{}={}".format(name, _value(session, knob, frame)).encode())
    if node._class == "Read":
        _feed_file(session, node, frame, digest)
    moved = frame
    if node._class == "FrameHold":
        moved = int(node["firstFrame"].getValue())
    elif node._class == "TimeOffset":
        moved = frame - node["time_offset"].value()
    for source in node._inputs:
        _feed(session, source, moved, digest, depth + 1)


def _value(session, knob, frame):
    if hasattr(knob, "_fields"):
        return [knob._field(at, frame) for at in range(len(knob._state))]
    if hasattr(knob, "evaluate") and knob._name != "file":
        return session.expressions.text(knob._node, knob._state, frame)
    return knob._script()


def _feed_file(session, node, frame, digest) -> None:
    text = session.expressions.text(node, node["file"].getText(), frame)
    shown = min(max(frame, node["first"].value()), node["last"].value())
    path = at_frame(project_path(text, session.directory()), shown, session.view_now())
    digest.update(path.encode())
    digest.update(session.remember(node, "state", path, lambda: _state(path)).encode())


def _state(path) -> str:
    if not os.path.isfile(path):
        return ""
    state = os.stat(path)
    return "{} {}".format(state.st_mtime_ns, state.st_size)


def _outside(node):
    return node._group.input(node._group._input_nodes().index(node))


def frame_range(session, node):
    """Return first and last frame of a node: those of the Reads upstream, else of the script."""
    found = _range(session, node, 0)
    return found or (session.root["first_frame"].value(), session.root["last_frame"].value())


def _range(session, node, depth):
    if node is None or depth > 200:
        return None
    if node._class == "Read":
        return (node["first"].value(), node["last"].value())
    if node._class == "Group":
        return _range(session, node._output_node(), depth + 1)
    if node._class == "Input":
        return _range(session, _outside(node), depth + 1)
    if node._class == "FrameHold" and not node["increment"].getValue():
        held = int(node["firstFrame"].getValue())
        return (held, held)
    ranges = [found for found in (_range(session, source, depth + 1) for source in node._inputs) if found]
    if not ranges:
        return None
    first, last = min(start for start, _ in ranges), max(end for _, end in ranges)
    shift = node["time_offset"].value() if node._class == "TimeOffset" else 0
    return (first + shift, last + shift)

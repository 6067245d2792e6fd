"""The native nodes between Read and Write. Each takes the evaluation, its node and the frame, and returns a Picture.

What a knob asks for and is not computed here is an error, never ignored: `HONOURED` lists the knobs that count.
Semantics: learn.foundry.com reference guide and the tooltips of the scan named in schema.py.
"""

from __future__ import annotations

import math
from typing import Callable, Dict, Set

import numpy as np

from .. import schema
from ..base import AnyNode
from ..faults import RenderError
from . import names
from .blend import copy, dissolve, keymix, merge
from .expression import expression
from .frame import Frame
from .picture import Picture, intersection

_MASK = {"maskChannelInput", "maskChannelMask", "mix", "invert_mask"}
HONOURED = {
    "Copy": {"channels", "from0", "from1", "from2", "from3", "to0", "to1", "to2", "to3", "bbox", "metainput"} | _MASK,
    "Dissolve": {"which", "channels"}, "Keymix": {"channels", "maskChannel", "invertMask", "mix", "bbox"},
    "Merge2": {"operation", "Achannels", "Bchannels", "output", "also_merge", "bbox", "metainput"} | _MASK,
    "Shuffle2": {"fromInput1", "fromInput2", "mappings", "in1", "in2", "out1", "out2"},
    "Switch": {"which"}, "Remove": {"operation", "channels", "channels2", "channels3", "channels4"},
    "FrameHold": {"firstFrame", "increment"}, "TimeOffset": {"time_offset"}, "Assert": {"expression", "message"},
    "Constant": {"channels", "color", "format", "first", "last"}, "Crop": {"box", "crop", "reformat", "intersect"},
    "Expression": {name for name in schema.CLASSES["Expression"].knobs if name.startswith(("expr", "channel"))},
}


def refuse_unknown_use(node: AnyNode) -> None:
    """Raise RenderError when a knob that this host does not compute is not at its default."""
    if node["useLifetime"].value():
        raise RenderError(f"{node.fullName()}: useLifetime is not computed here")
    for name in set(schema.CLASSES[node._class].knobs) - HONOURED.get(node._class, set()):
        if node._class in HONOURED and not node[name]._is_default() and name != "rangeinput":
            raise RenderError(f"{node.fullName()}: the knob {name} is not computed here")


def through(frames: Frame, node: AnyNode, frame: int) -> Picture:
    return frames.picture(node.input(0), frame)


def shuffle(frames: Frame, node: AnyNode, frame: int) -> Picture:
    """Shuffle2. `mappings` is a count and, for each, in-channel, layer, place, out-channel, layer, place."""
    words = node["mappings"].value().split()
    base = frames.picture(node.input(0), frame)
    if not words:
        return base
    if len(words) != 1 + 6 * int(words[0]):
        raise RenderError(f"{node.fullName()}: mappings of {words[0]} channels need {6 * int(words[0])} words more")
    planes = dict(base.channels)
    for at in range(1, len(words), 6):
        source, layer, target = words[at], int(words[at + 1]), words[at + 3]
        if source in ("white", "black"):
            shape = (base.box[3] - base.box[1], base.box[2] - base.box[0])
            planes[target] = np.full(shape, source == "white", np.float32)
            continue
        picture = frames.picture(node.input(_shuffle_input(node, layer)), frame)
        planes[target] = picture.channel(source, base.box)
    return base.replace(channels=planes)


def _shuffle_input(node: AnyNode, layer: int) -> int:
    text = node["fromInput2" if layer else "fromInput1"].value()
    return int(text.split()[0].strip("{}"))


def switch(frames: Frame, node: AnyNode, frame: int) -> Picture:
    which = int(node["which"].getValue())
    if not 0 <= which < max(node.inputs(), 1):
        raise RenderError(f"{node.fullName()}: input {which} of {node.inputs()}")
    return frames.picture(node.input(which), frame)


def remove(frames: Frame, node: AnyNode, frame: int) -> Picture:
    picture = frames.picture(node.input(0), frame)
    named: Set[str] = set()
    for knob in ("channels", "channels2", "channels3", "channels4"):
        named |= set(names.chosen(frames.session, node[knob].value(), list(picture.channels)))
    keep = node["operation"].value() == "keep"
    kept = {name: plane for name, plane in picture.channels.items() if (name in named) == keep}
    return picture.replace(channels=kept)


def frame_hold(frames: Frame, node: AnyNode, frame: int) -> Picture:
    first, step = node["firstFrame"].getValue(), node["increment"].getValue()
    held = first if step == 0 else first + math.floor((frame - first) / step) * step
    return frames.picture(node.input(0), int(held))


def time_offset(frames: Frame, node: AnyNode, frame: int) -> Picture:
    return frames.picture(node.input(0), frame - node["time_offset"].value())


def assertion(frames: Frame, node: AnyNode, frame: int) -> Picture:
    if not node["expression"].getValue():
        raise RenderError(f"{node.fullName()}: {frames.session.expressions.text(node, node['message']._state)}")
    return frames.picture(node.input(0), frame)


def constant(frames: Frame, node: AnyNode, frame: int) -> Picture:
    size = node["format"].value()
    box = (0, 0, size.width(), size.height())
    listed = names.expand(frames.session, node["channels"].value())
    if listed is None:
        raise RenderError(f"{node.fullName()}: a Constant of all channels is not computed here")
    values = dict(zip(listed, node["color"].getValue()))
    planes = {name: np.full((box[3], box[2]), value, np.float32) for name, value in values.items()}
    return Picture(box, (box[2], box[3]), planes, {}, size.pixelAspect())


def crop(frames: Frame, node: AnyNode, frame: int) -> Picture:
    picture = frames.picture(node.input(0), frame)
    left, bottom, right, top = (round(value) for value in node["box"].getValue())
    box = (left, bottom, right, top)
    if node["intersect"].value():
        box = intersection(box, picture.box)
    if not node["crop"].value():
        return picture.replace(box=box, channels=picture.over_box(box).channels)
    picture = picture.over_box(box)
    if node["reformat"].value():
        width, height = box[2] - box[0], box[3] - box[1]
        return picture.replace(box=(0, 0, width, height), size=(width, height))
    return picture


OPERATORS: Dict[str, Callable[[Frame, AnyNode, int], Picture]] = {
    "Output": through, "NoOp": through, "Dot": through, "Write": through, "BlackOutside": through, "Viewer": through,
    "Shuffle2": shuffle, "Switch": switch, "Remove": remove, "FrameHold": frame_hold, "TimeOffset": time_offset,
    "Assert": assertion, "Constant": constant, "Crop": crop, "Copy": copy, "Merge2": merge, "Keymix": keymix,
    "Dissolve": dissolve, "Expression": expression,
}

"""Nodes of two pictures: input 0 is B, the stream; input 1 is A; the mask is the last one."""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional, Union

import numpy as np
from numpy.typing import NDArray

from ..base import AnyNode
from ..faults import RenderError
from . import names
from .frame import Frame
from .picture import Box, Picture, Plane, intersection, union

Weight = Union[float, Plane]


def _box(node: AnyNode, a: Picture, b: Picture) -> Box:
    """Return the box that the node's `bbox` knob asks for."""
    boxes: Dict[str, Box] = {"union": union(a.box, b.box), "intersection": intersection(a.box, b.box),
                             "A": a.box, "B": b.box}
    return boxes[node["bbox"].value()]


def _metadata(node: AnyNode, a: Picture, b: Picture) -> Dict[str, Any]:
    choice = node["metainput"].value()
    return a.metadata if choice == "A" else {**b.metadata, **a.metadata} if choice == "All" else b.metadata


def _weight(frames: Frame, node: AnyNode, frame: int, b: Picture, box: Box) -> Weight:
    """Return how much of the result counts, a number or float32 (H, W): mask times mix."""
    mix = float(node["mix"].getValue())
    mask: Optional[Plane] = None
    if node.input(2) is not None:
        mask = _mask_channel(frames.picture(node.input(2), frame), node["maskChannelMask"].value(), box)
    elif node["maskChannelInput"].value() != "none":
        mask = _mask_channel(b, node["maskChannelInput"].value(), box)
    if mask is None:
        return mix
    return mix * (1 - mask if node["invert_mask"].value() else mask)


def _mask_channel(picture: Picture, name: str, box: Box) -> Plane:
    return picture.channel("rgba." + name if name in names.COLORS else name, box)


def _mixed(b_plane: Plane, plane: Plane, weight: Weight) -> Plane:
    """Blend; where the weight is exactly 0 or 1 the plane is bit for bit one of both."""
    if np.isscalar(weight) and weight == 1:
        return plane
    blended = (b_plane + (plane - b_plane) * np.float32(1) * weight).astype(np.float32)
    return np.where(np.asarray(weight) == 0, b_plane, np.where(np.asarray(weight) == 1, plane, blended))


def copy(frames: Frame, node: AnyNode, frame: int) -> Picture:
    """Copy: layers of A that exist there, and up to four single channels, into B."""
    b, a = frames.picture(node.input(0), frame), frames.picture(node.input(1), frame)
    box = _box(node, a, b)
    result = {name: b.channel(name, box) for name in b.channels}
    copied = {name: name for name in names.chosen(frames.session, node["channels"].value(), list(a.channels))}
    for number in range(4):
        source, target = node[f"from{number}"].value(), node[f"to{number}"].value()
        if source != "none" and target != "none":
            copied[_full(target)] = _full(source)
    weight = _weight(frames, node, frame, b, box)
    for target, source in copied.items():
        result[target] = _mixed(b.channel(target, box), a.channel(source, box), weight)
    return b.replace(box=box, channels=result, metadata=_metadata(node, a, b))


def _full(channel: str) -> str:
    return "rgba." + channel if channel in names.COLORS else channel


def merge(frames: Frame, node: AnyNode, frame: int) -> Picture:
    """Merge2 with one A."""
    if node.inputs() > 3:
        raise RenderError(f"{node.fullName()}: more than one A is not computed here")
    b, a = frames.picture(node.input(0), frame), frames.picture(node.input(1), frame)
    if node.input(1) is None:
        return b
    box = _box(node, a, b)
    operation = node["operation"].value()
    if operation not in OPERATIONS:
        raise RenderError(f"{node.fullName()}: operation {operation} is not computed here")
    either = list(dict.fromkeys(list(b.channels) + list(a.channels)))
    listed = names.chosen(frames.session, node["output"].value(), either)
    listed += [name for name in names.chosen(frames.session, node["also_merge"].value(), either) if name not in listed]
    for knob in ("Achannels", "Bchannels"):
        if node[knob].value() not in ("rgba", "all"):
            raise RenderError(f"{node.fullName()}: {knob} {node[knob].value()} is not computed here")
    alpha_a, alpha_b = a.channel("rgba.alpha", box), b.channel("rgba.alpha", box)
    weight = _weight(frames, node, frame, b, box)
    result = {name: b.channel(name, box) for name in b.channels}
    for name in listed:
        plane = OPERATIONS[operation](a.channel(name, box), b.channel(name, box), alpha_a, alpha_b).astype(np.float32)
        result[name] = _mixed(b.channel(name, box), plane, weight)
    return b.replace(box=box, channels=result, metadata=_metadata(node, a, b))


OPERATIONS: Dict[str, Callable[[Plane, Plane, Plane, Plane], NDArray[Any]]] = {
    "over": lambda a, b, alpha_a, alpha_b: a + b * (1 - alpha_a), "copy": lambda a, b, alpha_a, alpha_b: a,
    "under": lambda a, b, alpha_a, alpha_b: a * (1 - alpha_b) + b, "plus": lambda a, b, alpha_a, alpha_b: a + b,
    "multiply": lambda a, b, alpha_a, alpha_b: a * b, "minus": lambda a, b, alpha_a, alpha_b: a - b,
    "from": lambda a, b, alpha_a, alpha_b: b - a, "difference": lambda a, b, alpha_a, alpha_b: abs(a - b),
    "max": lambda a, b, alpha_a, alpha_b: np.maximum(a, b), "min": lambda a, b, alpha_a, alpha_b: np.minimum(a, b),
    "mask": lambda a, b, alpha_a, alpha_b: b * alpha_a, "stencil": lambda a, b, alpha_a, alpha_b: b * (1 - alpha_a),
    "in": lambda a, b, alpha_a, alpha_b: a * alpha_b, "out": lambda a, b, alpha_a, alpha_b: a * (1 - alpha_b),
    "matte": lambda a, b, alpha_a, alpha_b: a * alpha_a + b * (1 - alpha_a),
    "average": lambda a, b, alpha_a, alpha_b: (a + b) / 2,
}


def keymix(frames: Frame, node: AnyNode, frame: int) -> Picture:
    """Keymix: A where the mask is, B elsewhere. Without a mask there is none of A."""
    b, a = frames.picture(node.input(0), frame), frames.picture(node.input(1), frame)
    mask_input = frames.picture(node.input(2), frame)
    box = _box(node, a, b)
    mask = _mask_channel(mask_input, node["maskChannel"].value(), box)
    mask = 1 - mask if node["invertMask"].value() else mask
    weight = mask * np.float32(node["mix"].getValue())
    either = list(dict.fromkeys(list(b.channels) + list(a.channels)))
    result = {name: b.channel(name, box) for name in b.channels}
    for name in names.chosen(frames.session, node["channels"].value(), either):
        result[name] = _mixed(b.channel(name, box), a.channel(name, box), weight)
    return b.replace(box=box, channels=result)


def dissolve(frames: Frame, node: AnyNode, frame: int) -> Picture:
    """Dissolve: `which` 0.25 is three parts of input 0 and one of input 1."""
    which = min(max(float(node["which"].getValue()), 0), max(node.inputs() - 1, 0))
    low = int(np.floor(which))
    first = frames.picture(node.input(low), frame)
    if which == low:
        return first
    second = frames.picture(node.input(low + 1), frame)
    box = union(first.box, second.box)
    either = list(dict.fromkeys(list(first.channels) + list(second.channels)))
    result = {name: first.channel(name, box) for name in first.channels}
    for name in names.chosen(frames.session, node["channels"].value(), either):
        result[name] = _mixed(first.channel(name, box), second.channel(name, box), which - low)
    return first.replace(box=box, channels=result)

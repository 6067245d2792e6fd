"""The Expression node: one expression a channel, over arrays."""

from __future__ import annotations

from typing import Any, Callable, Dict

import numpy as np

from ..base import AnyNode
from ..expressions import Tree, parse
from ..faults import RenderError
from . import names
from .frame import Frame
from .picture import Picture

SHORT = {"r": "rgba.red", "g": "rgba.green", "b": "rgba.blue", "a": "rgba.alpha"}
FUNCTIONS: Dict[str, Callable[..., Any]] = {
    "min": np.minimum, "max": np.maximum, "abs": np.abs, "floor": np.floor, "ceil": np.ceil, "sqrt": np.sqrt,
    "pow": np.power, "isnan": np.isnan, "clamp": lambda x, low=0.0, high=1.0: np.clip(x, low, high),
}
OPERATORS: Dict[str, Callable[..., Any]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "==": np.equal, "!=": np.not_equal,
    "<": np.less, ">": np.greater, "<=": np.less_equal, ">=": np.greater_equal, "&&": np.logical_and,
    "||": np.logical_or, "^": np.power, "**": np.power,
}


def expression(frames: Frame, node: AnyNode, frame: int) -> Picture:
    """Return the input with `expr0` on `channel0` and so on; names are channels, r g b a, x, y, frame and knobs."""
    picture = frames.picture(node.input(0), frame)
    result = dict(picture.channels)
    for number in range(4):
        text = node[f"expr{number}"].value()
        if not text:
            continue
        tree = parse(text)
        for channel in names.expand(frames.session, node[f"channel{number}"].value()) or []:
            values = _values(frames, node, picture, tree, channel)
            shape = (picture.box[3] - picture.box[1], picture.box[2] - picture.box[0])
            result[channel] = np.broadcast_to(np.asarray(values, np.float32), shape).copy()
    return picture.replace(channels=result)


def _values(frames: Frame, node: AnyNode, picture: Picture, tree: Tree, channel: str) -> Any:
    def value(part: Tree) -> Any:
        kind = part[0]
        if kind == "number":
            return np.float32(part[1])
        if kind == "knob":
            return _named(frames, node, picture, part[1])
        if kind == "?":
            return np.where(np.asarray(value(part[1])) != 0, value(part[2]), value(part[3]))
        if kind == "call" and part[1] in FUNCTIONS:
            return FUNCTIONS[part[1]](*map(value, part[2]))
        if len(part) == 2 and kind in "-!+":
            inner = value(part[1])
            return -inner if kind == "-" else np.equal(inner, 0) if kind == "!" else inner
        if len(part) == 3 and kind in OPERATORS:
            return OPERATORS[kind](value(part[1]), value(part[2]))
        raise RenderError(f"{node.fullName()}: {channel}: {kind} is not computed here")
    return value(tree)


def _named(frames: Frame, node: AnyNode, picture: Picture, name: str) -> Any:
    channel = SHORT.get(name, "rgba." + name if name in names.COLORS else name)
    if channel in picture.channels or channel.startswith("rgba."):
        return picture.channel(channel, picture.box)
    left, bottom, right, top = picture.box
    if name == "x":
        return np.arange(left, right, dtype=np.float32)[None, :]
    if name == "y":
        return np.arange(top - 1, bottom - 1, -1, dtype=np.float32)[:, None]
    return np.float32(frames.session.expressions.number(node, name))

"""A picture between two nodes: channels over a bounding box that may be smaller or larger than the format."""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, Tuple

import numpy as np
from numpy.typing import NDArray

from ..ranges import Format

Plane = NDArray[np.float32]  # (H, W), row 0 on top
Box = Tuple[int, int, int, int]  # left, bottom, right, top in pixels from the format's lower left corner
EMPTY: Box = (0, 0, 0, 0)


@dataclasses.dataclass(frozen=True, eq=False)
class Picture:
    """`channels`: name to float32 (top - bottom, right - left), row 0 on top. Outside the box everything is 0."""

    box: Box
    size: Tuple[int, int]  # width and height of the format
    channels: Dict[str, Plane] = dataclasses.field(default_factory=dict)
    metadata: Dict[str, Any] = dataclasses.field(default_factory=dict)
    aspect: float = 1.0

    def replace(self, **values: Any) -> "Picture":
        return dataclasses.replace(self, **values)

    def channel(self, name: str, box: Box) -> Plane:
        """Return a channel over another box, 0 where this picture has none; float32 (H, W)."""
        width, height = max(box[2] - box[0], 0), max(box[3] - box[1], 0)
        plane = self.channels.get(name)
        if plane is not None and box == self.box:
            return plane
        out = np.zeros((height, width), np.float32)
        left, bottom = max(box[0], self.box[0]), max(box[1], self.box[1])
        right, top = min(box[2], self.box[2]), min(box[3], self.box[3])
        if plane is None or right <= left or top <= bottom:
            return out
        mine = plane[self.box[3] - top:self.box[3] - bottom, left - self.box[0]:right - self.box[0]]
        out[box[3] - top:box[3] - bottom, left - box[0]:right - box[0]] = mine
        return out

    def over_box(self, box: Box) -> "Picture":
        """Return the picture cut or padded to a box."""
        return self.replace(box=box, channels={name: self.channel(name, box) for name in self.channels})

    def every(self, step: int) -> "Picture":
        """Return the picture of proxy mode: each `step`-th pixel of each `step`-th row of the format."""
        size = (max(self.size[0] // step, 1), max(self.size[1] // step, 1))
        planes = {name: np.ascontiguousarray(plane[::step, ::step][:size[1], :size[0]])
                  for name, plane in self.in_format().items()}
        return self.replace(box=(0, 0, *size), size=size, channels=planes)

    def in_format(self) -> Dict[str, Plane]:
        """Return every channel over the format; float32 (height, width)."""
        box = (0, 0, *self.size)
        return {name: self.channel(name, box).copy() for name in self.channels}

    def format_knob(self) -> Format:
        return Format(*self.size, 0, 0, *self.size, self.aspect)


def union(first: Box, second: Box) -> Box:
    """Return the smallest box holding both; an empty one adds nothing."""
    if first[2] <= first[0] or first[3] <= first[1]:
        return second
    if second[2] <= second[0] or second[3] <= second[1]:
        return first
    return (min(first[0], second[0]), min(first[1], second[1]), max(first[2], second[2]), max(first[3], second[3]))


def intersection(first: Box, second: Box) -> Box:
    """Return the box inside both."""
    left, bottom = max(first[0], second[0]), max(first[1], second[1])
    right, top = min(first[2], second[2]), min(first[3], second[3])
    return (left, bottom, right, top) if right > left and top > bottom else EMPTY

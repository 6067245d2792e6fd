"""Small plates and nodes for tests of pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Optional, Tuple

import numpy as np
import OpenImageIO as oiio

from .base import AnyNode
from .host import Host
from .nodes import Node

Window = Tuple[int, int, int, int]  # x, y, width, height


def store(path: Path, channels: Dict[str, Any], *, data: Optional[Window] = None, full: Optional[Window] = None,
          dtype: str = "float", **attributes: Any) -> str:
    """Write an image of constant channels {name: value or (H, W)}; `data` and `full` are (x, y, width, height)."""
    full = full or (0, 0, 6, 4)
    x, y, width, height = data or full
    spec = oiio.ImageSpec(width, height, len(channels), dtype)
    spec.x, spec.y, spec.full_x, spec.full_y, spec.full_width, spec.full_height = x, y, *full
    spec.channelnames = tuple(channels)
    spec["oiio:UnassociatedAlpha"] = 1
    for name, value in attributes.items():
        spec[name] = value
    pixels = np.stack([np.broadcast_to(np.float32(value), (height, width)) for value in channels.values()], axis=-1)
    out = oiio.ImageOutput.create(str(path))
    assert out is not None and out.open(str(path), spec)
    assert out.write_image(np.ascontiguousarray(pixels)) and out.close()
    return path.as_posix()


def constant(host: Host, *color: float, channels: str = "rgba") -> Node:
    """A Constant over the format."""
    node: Node = host.nuke.nodes.Constant(channels=channels, color=list(color) + [0] * (4 - len(color)))
    return node


def first(host: Host, node: AnyNode, frame: float = 1) -> Dict[str, float]:
    """Return the value of every channel at the top left."""
    return {name: float(plane[0, 0]) for name, plane in host.render(node, frame).items()}

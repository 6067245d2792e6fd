"""Small plates and nodes for tests of pixels."""

import numpy as np
import OpenImageIO as oiio


def store(path, channels, *, data=None, full=None, dtype="float", **attributes):
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
    assert out.open(str(path), spec) and out.write_image(np.ascontiguousarray(pixels)) and out.close()
    return path.as_posix()


def constant(host, *color, channels="rgba"):
    """A Constant over the format."""
    return host.nuke.nodes.Constant(channels=channels, color=list(color) + [0] * (4 - len(color)))


def first(host, node, frame=1):
    """Return the value of every channel at the top left."""
    return {name: float(plane[0, 0]) for name, plane in host.render(node, frame).items()}

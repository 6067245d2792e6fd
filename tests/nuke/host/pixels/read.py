"""The Read node: which file a frame is, its pixels, channels, boxes, metadata and colour."""

from __future__ import annotations

import os
from typing import Any, Dict, Optional

import numpy as np
import OpenImageIO as oiio

from ..base import AnyNode, Session
from ..expressions import evaluate as evaluate_expression
from ..expressions import parse
from ..faults import RenderError
from ..knob_texts import at_frame, project_path, technical
from . import colors, names
from .frame import black
from .picture import Picture, Plane

MISSING = "No such file or directory"


def read(session: Session, node: AnyNode, frame: int) -> Picture:
    """Return a Read's picture at a frame; raises RenderError by its `on_error`."""
    wanted = source_frame(session, node, frame)
    if wanted is None:
        return black(session)
    path = file_name(session, node, wanted)
    shown = path if os.path.isfile(path) else _instead(session, node, path, wanted)
    return picture(session, node, shown) if shown is not None else black(session)


def file_name(session: Session, node: AnyNode, frame: float) -> str:
    """Return the file of a frame, relative ones below the project directory."""
    pattern = session.expressions.text(node, node._knobs["file"]._state, frame)
    if not pattern:
        raise RenderError(f"{node.fullName()}: no file name")
    return at_frame(project_path(pattern, session.directory()), int(frame), session.view_now())


def source_frame(session: Session, node: AnyNode, frame: float) -> Optional[int]:
    """Return the frame of the sequence that a frame of the script shows; None for black."""
    frame = _moved(node, int(frame))
    first, last = int(node["first"].value()), int(node["last"].value())
    pattern = technical(node["file"]._state)
    if "%" not in pattern or first <= frame <= last:
        return frame
    mode = node["before" if frame < first else "after"].value()
    span = last - first + 1
    if mode == "hold":
        return first if frame < first else last
    if mode == "loop":
        return first + (frame - first) % span
    if mode == "bounce":
        step = (frame - first) % max(2 * span - 2, 1)
        return first + (step if step < span else 2 * span - 2 - step)
    return None


def _moved(node: AnyNode, frame: int) -> int:
    """Apply `frame_mode` and `frame`."""
    text, mode = node["frame"].value(), node["frame_mode"].value()
    if not text:
        return frame
    if mode == "offset":
        return frame + int(text)
    if mode == "start at":
        return frame - int(text) + int(node["first"].value())
    return int(evaluate_expression(parse(text), lambda name: float(frame), lambda name, at: 0.0))


def _instead(session: Session, node: AnyNode, path: str, frame: int) -> Optional[str]:
    """Return another file, None for black, or raise, as `on_error` says for a missing one."""
    mode = node["on_error"].value()
    if mode == "error":
        raise RenderError(f"{node.fullName()}: {path}: {MISSING}")
    if mode == "black":
        return None
    if mode != "nearest frame":
        raise RenderError(f"{node.fullName()}: on_error {mode} is not computed here ({path}: {MISSING})")
    first, last = node["first"].value(), node["last"].value()
    for other in sorted(range(first, last + 1), key=lambda number: (abs(number - frame), number)):
        nearest = file_name(session, node, other)
        if os.path.isfile(nearest):
            return nearest
    raise RenderError(f"{node.fullName()}: {path}: {MISSING}, nor any other frame")


def picture(session: Session, node: AnyNode, path: str) -> Picture:
    """Return a file's picture in Nuke's working space."""
    found = session.remember(node, "picture", path, lambda: _open(node, path))
    for name in found.channels:
        session.add_layer(name.split(".")[0], [name])
    depth = found.metadata["input/bitsperchannel"]
    planes = _linear(node, found.channels, depth)
    if node["auto_alpha"].value() and "rgba.alpha" not in planes:
        shape = (found.box[3] - found.box[1], found.box[2] - found.box[0])
        planes = {**planes, "rgba.alpha": np.ones(shape, np.float32)}
    return found.replace(channels=planes)


def _open(node: AnyNode, path: str) -> Picture:
    """Return what a file holds, without conversion."""
    raw = oiio.ImageSpec()
    raw["oiio:UnassociatedAlpha"] = 1  # Nuke does not touch the alpha of PNG and TIFF
    file = oiio.ImageInput.open(path, raw)
    if file is None:
        raise RenderError(f"{node.fullName()}: {path}: {oiio.geterror()}")
    try:
        spec, pixels = file.spec(), file.read_image(oiio.FLOAT)
        if pixels is None:
            raise RenderError(f"{node.fullName()}: {path}: {file.geterror()}")
    finally:
        file.close()
    left, top = spec.x - spec.full_x, spec.full_height + spec.full_y - spec.y
    box = (left, top - spec.height, left + spec.width, top)
    pixels = pixels.reshape(spec.height, spec.width, spec.nchannels).astype(np.float32, copy=False)
    planes = _planes(spec, pixels)
    aspect = spec.get_float_attribute("PixelAspectRatio", 1.0)
    return Picture(box, (spec.full_width, spec.full_height), planes, _metadata(spec, path), aspect)


def _planes(spec: Any, pixels: Plane) -> Dict[str, Plane]:
    """Return Nuke's channels of a file; one single channel shows as grey in red, green and blue."""
    listed = list(spec.channelnames)
    if listed in (["Y"], ["I"]) or listed == ["Y", "A"]:
        grey = {f"rgba.{part}": np.ascontiguousarray(pixels[..., 0]) for part in names.COLORS[:3]}
        return {**grey, **({"rgba.alpha": np.ascontiguousarray(pixels[..., 1])} if len(listed) == 2 else {})}
    return {names.from_file(name): np.ascontiguousarray(pixels[..., at]) for at, name in enumerate(listed)}


def _linear(node: AnyNode, planes: Dict[str, Plane], depth: str) -> Dict[str, Plane]:
    """Convert red, green and blue of the main layer unless the Read is raw."""
    space = node["colorspace"].value()
    space = colors.default_space(depth) if space == "default" else space
    main = [f"rgba.{part}" for part in names.COLORS[:3] if f"rgba.{part}" in planes]
    if node["raw"].value() or not main:
        return planes
    values = [planes[name] for name in main]
    alpha = planes.get("rgba.alpha") if node["premultiplied"].value() else None
    if alpha is not None:
        values = [np.divide(plane, alpha, out=np.zeros_like(plane), where=alpha != 0) for plane in values]
    values = colors.convert(values, space, "linear", node.fullName())
    return {**planes, **{name: value if alpha is None else value * alpha for name, value in zip(main, values)}}


def _metadata(spec: Any, path: str) -> Dict[str, Any]:
    values = {"input/filename": path, "input/width": spec.full_width, "input/height": spec.full_height,
              "input/bitsperchannel": str(spec.format)}
    for attribute in spec.extra_attribs:
        if not attribute.name.startswith(("oiio:", "screenWindow")):
            values["exr/" + attribute.name] = attribute.value
    return values

"""The Write node: one frame to a file."""

from __future__ import annotations

import os
from typing import Any, Dict, List

import numpy as np
import OpenImageIO as oiio

from ..base import AnyNode, Session
from ..faults import RenderError
from . import colors, evaluate, names
from .picture import Picture, Plane
from .read import file_name

DEPTHS = {"16 bit half": "half", "32 bit float": "float", "8 bit": "uint8", "16 bit": "uint16"}
COMPRESSION = {"none": "none", "Zip (1 scanline)": "zips", "Zip (16 scanlines)": "zip", "RLE": "rle",
               "PIZ Wavelet (32 scanlines)": "piz", "B44": "b44", "B44A": "b44a", "DWAA": "dwaa", "DWAB": "dwab"}
TYPES = {"exr": ".exr", "png": ".png", "tiff": ".tif", "jpeg": ".jpg", "targa": ".tga", "dpx": ".dpx"}


def write(session: Session, node: AnyNode, frame: int) -> str:
    """Write a frame of what is connected to a Write and return the file; raises RenderError."""
    source = node.input(0)
    if source is None:
        raise RenderError(f"{node.fullName()}: nothing is connected")
    path = file_name(session, node, frame)
    picture = evaluate.image(session, source, frame)
    listed = names.chosen(session, node["channels"].value(), list(picture.channels))
    if not listed:
        raise RenderError(f"{node.fullName()}: the input has none of the channels {node['channels'].value()}")
    folder = os.path.dirname(path)
    if folder and not os.path.isdir(folder):
        if not node["create_directories"].value():
            raise RenderError(f"{node.fullName()}: {folder}: the folder does not exist")
        os.makedirs(folder, exist_ok=True)
    kind = node["file_type"].value().strip()
    suffix = TYPES.get(kind) if kind else os.path.splitext(path)[1]
    if suffix is None:
        raise RenderError(f"{node.fullName()}: file type {kind!r} is not written here")
    _store(node, path, suffix, picture, listed)
    return path


def _store(node: AnyNode, path: str, suffix: str, picture: Picture, listed: List[str]) -> None:
    is_exr = suffix == ".exr"
    box = picture.box if is_exr and picture.box[2] > picture.box[0] else (0, 0, *picture.size)
    picture = picture.over_box(box)
    depth = _depth(node, is_exr)
    planes = _encoded(node, picture, listed, depth)
    spec = oiio.ImageSpec(box[2] - box[0], box[3] - box[1], len(listed), depth)
    spec.x, spec.y = box[0], picture.size[1] - box[3]
    spec.full_width, spec.full_height = picture.size
    spec.channelnames = tuple(names.to_file(name) if is_exr else name for name in listed)
    if "rgba.alpha" in listed:
        spec.alpha_channel = listed.index("rgba.alpha")
    spec["oiio:UnassociatedAlpha"] = 0 if is_exr else 1
    if is_exr:
        spec["compression"] = COMPRESSION[node["compression"].value()]
        spec["PixelAspectRatio"] = float(picture.aspect)
        _keep_metadata(node, spec, picture)
    out = oiio.ImageOutput.create("frame" + suffix)
    pixels = np.ascontiguousarray(np.stack([planes[name] for name in listed], axis=-1))
    if out is None or not out.open(path, spec) or not out.write_image(pixels) or not out.close():
        raise RenderError(f"{node.fullName()}: {path}: {out.geterror() if out else oiio.geterror()}")


def _depth(node: AnyNode, is_exr: bool) -> str:
    depth = DEPTHS[node["datatype"].value()]
    if is_exr:
        if depth.startswith("uint"):
            raise RenderError(f"{node.fullName()}: an EXR holds half or float, not {node['datatype'].value()}")
        return depth
    return depth if depth.startswith("uint") else "uint8"


def _encoded(node: AnyNode, picture: Picture, listed: List[str], depth: str) -> Dict[str, Plane]:
    """Return the planes in the file's colour space."""
    planes = {name: picture.channels[name] for name in listed}
    main = [name for name in listed if name in ("rgba.red", "rgba.green", "rgba.blue")]
    if node["raw"].value() or not main:
        return planes
    if node["premultiplied"].value():
        raise RenderError(f"{node.fullName()}: premultiplied is not computed here")
    space = node["colorspace"].value()
    space = colors.default_space(depth) if space == "default" else space
    encoded = colors.convert([planes[name] for name in main], "linear", space, node.fullName())
    return {**planes, **dict(zip(main, encoded))}


def _keep_metadata(node: AnyNode, spec: Any, picture: Picture) -> None:
    if node["metadata"].value() in ("no metadata", "default metadata"):
        return
    for key, value in picture.metadata.items():
        if key.startswith("exr/") and isinstance(value, (str, int, float)):
            spec[key[4:]] = value

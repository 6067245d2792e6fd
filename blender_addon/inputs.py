"""What is connected to a CMFT node: a sequence or a picture on disk, or something that Blender must render first."""

from typing import Any, List, NamedTuple, Optional, Tuple

import bpy

from cmft_engine.protocol.errors import InputError
from cmft_engine.protocol.host.sequences import Plates, number_in_name, numbers_on_disk, pattern_of_file
from cmft_engine.protocol.job import parse_frames

from . import compat
from .names import CUSTOM, INPUT, LINE_ART, REFERENCE
from .nodes import NodeInstance
from .signature import upstream

_WHOLE_PICTURE = ("Image", "Combined")  # the output of an Image node that is the file as it is


class Source(NamedTuple):
    """An input on disk. `frames`: those of the scene that have a file, with `plates`; else one picture, `still`."""

    frames: Tuple[int, ...] = ()
    plates: Optional[Plates] = None
    still: Optional[str] = None


def line_source(instance: NodeInstance) -> Optional[Source]:
    """Return the line art's sequence on disk, None when Blender must render it. Raises InputError."""
    found = source_of(instance, LINE_ART)
    return found if found is not None and found.plates is not None else None  # one still is no shot


def reference_source(instance: NodeInstance) -> Optional[Source]:
    """Return the painted drawings on disk, None when Blender must render them. Raises InputError."""
    return source_of(instance, REFERENCE)


def is_connected(instance: NodeInstance, name: str) -> bool:
    """Say whether something is plugged into an input."""
    return name in instance.node.inputs and bool(instance.node.inputs[name].is_linked)


def origin(instance: NodeInstance, name: str) -> Any:
    """Return the output socket that an input hangs on, through Reroutes. Raises InputError when there is none."""
    socket = instance.node.inputs[name]
    while True:
        links = [link for link in socket.links if link.is_valid and not link.is_muted]
        if not links:
            raise InputError("{}: {} is not connected; plug the {} in".format(
                instance.name, name, "painted frames" if name == REFERENCE else "line-art sequence"))
        if links[0].from_node.bl_idname != "NodeReroute":
            return links[0].from_socket
        socket = links[0].from_node.inputs[0]


def pictures_are_saved(instance: NodeInstance, number: int) -> None:
    """Raise InputError when an input shows a picture that was changed and not saved: a copy of the file lacks that."""
    socket = instance.node.inputs[number]
    for output in upstream(socket):
        image = getattr(output.node, "image", None)
        if image is not None and image.is_dirty:
            raise InputError("{}: the image {} on {} has changes that are not saved; save or pack it in the Image "
                             "editor, then press Colorize".format(instance.name, image.name, socket.name))


def source_of(instance: NodeInstance, name: str) -> Optional[Source]:
    """Return what is connected to an input as files, None when Blender must render it. Raises InputError."""
    output = origin(instance, name)
    node = output.node
    if node.bl_idname != "CompositorNodeImage" or node.mute or output.name not in _WHOLE_PICTURE:
        return None
    image = node.image
    if image is None:
        raise InputError("{}: the Image node on {} has no image; open one in it".format(instance.name, name))
    is_other = image.is_dirty or image.packed_file is not None or image.type == "MULTILAYER"
    if is_other or image.source not in ("FILE", "SEQUENCE") or not compat.is_plain_picture(image):
        return None
    path = bpy.path.abspath(image.filepath, library=image.library).replace("\\", "/")
    if image.source == "FILE":
        return Source(still=path)
    return None if node.use_cyclic else _sequence(instance, node, path)


def _sequence(instance: NodeInstance, node: Any, path: str) -> Optional[Source]:
    pattern = pattern_of_file(path)
    if pattern is None:
        return None
    shift = node.frame_offset - node.frame_start + 1
    shown = range(node.frame_start, node.frame_start + node.frame_duration)
    frames = tuple(number - shift for number in numbers_on_disk(pattern) if number - shift in shown)
    if not frames:
        raise InputError("{}: {} has no file for the frames {}-{} of the scene; check Start Frame and Offset of the "
                         "node {}".format(instance.name, pattern, shown[0], shown[-1], node.name))
    return Source(frames, Plates(pattern, shift))


def painted_frame(instance: NodeInstance, still: str, wanted: Tuple[int, ...], shift: int) -> int:
    """Return the frame of the scene that a single painted file belongs to: by the number in its name.

    Raises InputError when that tells nothing.
    """
    number = number_in_name(still)
    candidates: List[int] = [] if number is None else [number - shift, number]
    found = [frame for frame in candidates if frame in wanted]
    if not found:
        raise InputError("{}: which frame does Reference show painted? Go there and press Add Reference Frame, or "
                         "tick Sheet if it has no place in time".format(instance.name))
    return found[0]


def wanted_frames(instance: NodeInstance, lines: Optional[Source]) -> Tuple[int, ...]:
    """Return the frames that the node's range asks for. Raises InputError, SettingsError."""
    values = instance.group.cmft
    if values.range == CUSTOM:
        if not values.frames.strip():
            raise InputError("{}: the range is custom but no frames are written; write some, such as 1-48".format(
                instance.name))
        return parse_frames(values.frames)
    if values.range == INPUT and lines is not None:
        return lines.frames
    return tuple(range(instance.scene.frame_start, instance.scene.frame_end + 1))


def shift_of_lines(lines: Optional[Source]) -> int:
    """Return what is added to a frame of the scene to get the number of a line plate."""
    return lines.plates.shift if lines is not None and lines.plates is not None else 0

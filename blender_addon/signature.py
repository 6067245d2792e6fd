"""Whether the result still fits: a digest of settings, references and the nodes and files that make the inputs.

What a Render Layers node will show is not known before it is rendered: a change in the 3D scene is not noticed.
Main thread only.
"""

import os
from typing import Any, Container, Dict, Iterator, Set, Tuple

import bpy

from cmft_engine.protocol.host.digests import Recent, sequence_stamps, setting_lines, signature_of, stamp
from cmft_engine.protocol.host.sequences import numbers_on_disk, pattern_of_file

from . import compat
from .names import LINE_ART, REFERENCE, REFERENCE_LINES
from .nodes import NodeInstance
from .places import whole_path

_COSMETIC = frozenset((
    "rna_type", "name", "label", "location", "location_absolute", "width", "width_hidden", "height", "dimensions",
    "parent", "select", "hide", "show_options", "show_preview", "show_texture", "use_custom_color", "color",
    "color_tag", "warning_propagation", "internal_links", "inputs", "outputs", "type", "is_active_output", "image",
    "bl_idname", "bl_label", "bl_description", "bl_icon", "bl_static_type", "bl_width_default", "bl_width_min",
    "bl_width_max", "bl_height_default", "bl_height_min", "bl_height_max", "node_tree", "interface",
))


_VALUE_NODES = ("CompositorNodeRGB", "CompositorNodeValue", "CompositorNodeNormal", "ShaderNodeRGB", "ShaderNodeValue",
                "ShaderNodeNormal")  # what they give stands at their outputs

# Reading these of an image that has none makes Blender print warnings.
_ASKED_FIRST = {"layer": "has_layers", "view": "has_views"}


def signature(instance: NodeInstance) -> str:
    """Return the digest of all that the picture is made from, the frame range apart; looks at every file."""
    return signature_of(_lines(instance))


def _lines(instance: NodeInstance) -> Iterator[str]:
    values = instance.group.cmft
    yield from setting_lines(lambda name: getattr(values, name))
    for reference in values.references:
        path = whole_path(values, reference.path)
        yield "reference {} {} {}".format(reference.frame, reference.is_sheet, _named(path))
        if reference.path and reference.lines:  # of nodes that have none the digest is as it was
            yield "lines {}".format(_named(whole_path(values, reference.lines)))
    yield "palette {}".format(_named(whole_path(values, values.palette)))
    own_lines = instance.node.inputs.get(REFERENCE_LINES)
    for name in (LINE_ART, REFERENCE, *((REFERENCE_LINES,) if own_lines is not None and own_lines.is_linked else ())):
        yield "input {}".format(name)
        for socket in upstream(instance.node.inputs[name]):
            yield from _socket_lines(socket)
            yield from _links_into(socket.node)
        yield from _cut_links(instance.node.inputs[name])


def _named(path: str) -> str:
    """Return a file's name and stamp; not its folder, so that a project can be moved."""
    return "{} {}".format(os.path.basename(path), stamp(bpy.path.abspath(path))) if path else ""


def upstream(socket: Any) -> Iterator[Any]:
    """Yield the output sockets that an input is made from, each once, in an order that the graph alone decides."""
    seen: Set[Tuple[str, str]] = set()
    waiting = [link.from_socket for link in socket.links]
    while waiting:
        output = waiting.pop(0)
        node = output.node
        if (node.name, output.identifier) in seen:
            continue
        seen.add((node.name, output.identifier))
        if node.bl_idname != "NodeReroute":
            yield output
        waiting += [link.from_socket for entry in node.inputs for link in entry.links]


def _links_into(node: Any) -> Iterator[str]:
    """Yield which input each link of a node ends in, for its order alone does not say it."""
    for entry in node.inputs:
        for link in entry.links:
            yield "{} {} > {}".format(link.from_node.bl_idname, link.from_socket.identifier, entry.identifier)


def _cut_links(socket: Any) -> Iterator[str]:
    """Yield the muted links that an input hangs on, those at Reroutes too."""
    seen: Set[str] = set()
    waiting = [socket]
    while waiting:
        for link in waiting.pop(0).links:
            if link.is_muted:
                yield "muted {0.from_socket.identifier} > {0.to_node.bl_idname} {0.to_socket.identifier}".format(link)
            if link.from_node.name not in seen:
                seen.add(link.from_node.name)
                waiting += list(link.from_node.inputs)


def _socket_lines(output: Any) -> Iterator[str]:
    node = output.node
    yield "{} {} {}".format(node.bl_idname, output.identifier, node.mute)
    yield from _node_lines(node)


def _node_lines(node: Any) -> Iterator[str]:
    """Yield all that a node's picture is made by; of an animated value its curve, so that the playhead counts not."""
    curves = _curves(node)
    for path in sorted(curves):
        yield "{} {}".format(path, curves[path])
    yield from _values(node, curves)
    sockets = [("inputs", at, entry) for at, entry in enumerate(node.inputs)]
    if node.bl_idname in _VALUE_NODES:
        sockets += [("outputs", at, entry) for at, entry in enumerate(node.outputs)]
    for side, at, entry in sockets:
        if hasattr(entry, "default_value") and "{}[{}].default_value".format(side, at) not in curves:
            yield "{}={}".format(entry.identifier, _plain(entry.default_value))
    inner = getattr(node, "node_tree", None)
    if inner is not None:
        for child in sorted(inner.nodes, key=lambda found: str(found.name)):
            yield "{} {}".format(child.bl_idname, child.mute)
            yield from _node_lines(child)
        yield from sorted("{0.from_node.bl_idname} {0.from_socket.identifier} {0.to_node.bl_idname} "
                          "{0.to_socket.identifier}{1}".format(link, " muted" if link.is_muted else "")
                          for link in inner.links)
    yield from _file_stamps(node)


def _curves(node: Any) -> Dict[str, str]:
    """Return what animates the values of a node, keys or a driver, by the values' paths from the node on."""
    found: Dict[str, str] = {}
    start = 'nodes["{}"]'.format(bpy.utils.escape_identifier(node.name))
    for curve in compat.curves_of(node.id_data):
        if curve.data_path.startswith(start):
            path, driver = curve.data_path[len(start):].lstrip("."), getattr(curve, "driver", None)
            keys = [(*map(_plain, (key.co, key.handle_left, key.handle_right)), key.interpolation)
                    for key in curve.keyframe_points]
            made = keys if driver is None else [driver.type, driver.expression]
            shaped = [modifier.type for modifier in curve.modifiers]
            found[path] = "{} {} {} {} {}".format(found.get(path, ""), curve.array_index, curve.extrapolation, made,
                                                  shaped).strip()
    return found


def _values(owner: Any, animated: Container[str] = ()) -> Iterator[str]:
    for prop in owner.bl_rna.properties:
        if prop.identifier in _COSMETIC or prop.type == "COLLECTION" or prop.identifier in animated:
            continue
        if not getattr(owner, _ASKED_FIRST.get(prop.identifier, "bl_rna"), False):
            continue
        value = getattr(owner, prop.identifier)
        if isinstance(value, (bpy.types.ColorRamp, bpy.types.CurveMapping)):
            yield from _shape(value)
        elif prop.type != "POINTER" or isinstance(value, bpy.types.ID):
            yield "{}={}".format(prop.identifier, _plain(value))


def _shape(owner: Any) -> Iterator[str]:
    """Yield all values of a colour ramp or of curves, their points' too."""
    for prop in owner.bl_rna.properties:
        value = getattr(owner, prop.identifier)
        if prop.type == "COLLECTION":
            for part in value:
                yield from _shape(part)
        elif prop.type != "POINTER" and prop.identifier != "select":
            yield "{}={}".format(prop.identifier, _plain(value))


def _plain(value: Any) -> str:
    """Return a value as text that is the same in every session; numbers as Blender's 32 bits hold them."""
    if isinstance(value, float):
        return "{:.6g}".format(value)
    if isinstance(value, (str, int, bool)) or value is None:
        return str(value)
    if isinstance(value, (set, frozenset)):
        return ",".join(sorted(map(str, value)))
    try:
        return ",".join("{:.6g}".format(part) if isinstance(part, float) else str(part) for part in value)
    except TypeError:
        return getattr(value, "name", "")


def _file_stamps(node: Any) -> Iterator[str]:
    image = getattr(node, "image", None) or getattr(node, "clip", None)
    if image is None or not hasattr(image, "filepath"):
        return
    path = bpy.path.abspath(image.filepath, library=image.library).replace("\\", "/")
    yield "{} {} {}".format(image.source, image.colorspace_settings.name, getattr(image, "alpha_mode", ""))
    pattern = pattern_of_file(path) if image.source == "SEQUENCE" else None
    if pattern is None:
        yield _named(path)
        return
    numbers = numbers_on_disk(pattern)
    yield "{} {}".format(os.path.basename(pattern), len(numbers))
    yield from sequence_stamps(pattern, numbers)


_recent: "Recent[str]" = Recent()


def recent_signature(instance: NodeInstance) -> str:
    """Return the signature, from memory when it is young; for drawing a panel."""
    return _recent.get((instance.group.as_pointer(), instance.name), lambda: signature(instance))


def forget() -> None:
    """Let the next look read everything again."""
    _recent.forget()

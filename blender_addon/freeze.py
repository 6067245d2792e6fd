"""Plain Image nodes of a result: in the node's place, or beside it in another palette. Main thread only."""

import os
from typing import Any

import bpy

from cmft_engine.protocol.errors import InputError
from cmft_engine.protocol.host.sequences import Plates, plate_path
from cmft_engine.protocol.host.state import Found, refuse_bad_result
from cmft_engine.protocol.host.tools import swap_palette

from . import compat
from .engine import engine_command
from .names import ERROR
from .nodes import NodeInstance, load_plates, result_node, result_outputs
from .places import whole_path
from .preferences import written_command
from .results import look


def freeze(instance: NodeInstance) -> Any:
    """Return a new Image node of the result, to which everything that hung on the node is now connected.

    Raises InputError when there is no result, or when it is stale and the node does not show old results.
    """
    _good_result(instance)
    node = _image_node(instance, result_node(instance.group).image)
    node.label = "{}, frozen".format(instance.name)
    sources = result_outputs(node)
    for output in instance.node.outputs:
        for entry in [link.to_socket for link in output.links]:
            if output.name in sources:  # plates of an older engine lack some
                instance.tree.links.new(sources[output.name], entry)
    return node


def swap(instance: NodeInstance, palette: str) -> Any:
    """Return a new Image node of the result in another palette, whose colours have the names of the node's palette.

    Raises InputError as `freeze`, EngineError with what the engine says.
    """
    found, values = _good_result(instance), instance.group.cmft
    plates = swap_palette(engine_command(written_command()), Plates(found.shown.pattern, found.shown.shift),
                          found.coloured, palettes=(str(bpy.path.abspath(whole_path(values, values.palette))), palette),
                          name=instance.name)
    first = plate_path(plates.pattern, found.coloured[0] + plates.shift)
    node = _image_node(instance, load_plates(first, "{} swapped".format(instance.group.name)))
    node.label = "{} in {}".format(instance.name, os.path.basename(palette))
    return node


def _good_result(instance: NodeInstance) -> Found:
    if instance.tree.library is not None:
        raise InputError("{}: its tree is linked from {}; do it there".format(
            instance.name, instance.tree.library.filepath))
    found = look(instance)
    refuse_bad_result(found.state, shows_old=instance.group.cmft.on_stale != ERROR, name=instance.name)
    return found


def _image_node(instance: NodeInstance, image: Any) -> Any:
    """Return a new Image node beside the node, which shows an image of plates at the same frames as the node."""
    node, shown = instance.tree.nodes.new("CompositorNodeImage"), result_node(instance.group)
    node.image = image
    for name in ("frame_start", "frame_offset", "frame_duration", "use_cyclic", "use_auto_refresh"):
        setattr(node, name, getattr(shown, name))
    node.location = (instance.node.location[0], instance.node.location[1] - 340)
    compat.show_only(instance.tree, node)
    return node

"""All differences between Blender 3.4 and 5.2 that the add-on meets. Imports `bpy` alone: the pre-pass loads it too."""

import sys
from typing import Any, List, Optional

import bpy

HAS_INTERFACE = bpy.app.version >= (4, 0, 0)  # sockets of a group: tree.interface, before it tree.inputs
HAS_EXTENSIONS = bpy.app.version >= (4, 2, 0)
HAS_PROGRESS = bpy.app.version >= (4, 0, 0)  # UILayout.progress
HAS_RELATIVE_OPTION = bpy.app.version >= (4, 5, 0)
HAS_TEMPLATES = bpy.app.version >= (4, 5, 0)  # {name} in an output's path is a variable
IS_GROUP_BASED = bpy.app.version >= (5, 0, 0)  # the scene's compositor is a node group, its output a Group Output

_LINEAR = ("Linear Rec.709", "Linear")  # from 4.0, before it


def compositor(scene: Any) -> Optional[Any]:
    """Return the scene's compositor tree, None when it has none."""
    return scene.compositing_node_group if IS_GROUP_BASED else scene.node_tree


def ensure_compositor(scene: Any) -> Any:
    """Return the scene's compositor tree, made when it has none."""
    if IS_GROUP_BASED:
        if scene.compositing_node_group is None:
            tree = bpy.data.node_groups.new("Compositing Nodes", "CompositorNodeTree")
            tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
            scene.compositing_node_group = tree
        return scene.compositing_node_group
    scene.use_nodes = True
    return scene.node_tree


def curves_of(tree: Any) -> List[Any]:
    """Return the curves and drivers that animate a tree's values; tracks of the NLA editor are none."""
    data = getattr(tree, "animation_data", None)
    if data is None:
        return []
    action, slot = data.action, getattr(data, "action_slot", None)
    if action is None or slot is None:  # before 4.4 there are no slots
        return [*getattr(action, "fcurves", ()), *data.drivers]
    strips = [strip for layer in action.layers for strip in layer.strips]
    bags = [bag for bag in (strip.channelbag(slot) for strip in strips) if bag is not None]
    return [curve for bag in bags for curve in bag.fcurves] + list(data.drivers)


def output_node(tree: Any) -> Any:
    """Return the node of a compositor tree whose input is the render's result, made when there is none."""
    kind = "NodeGroupOutput" if IS_GROUP_BASED else "CompositorNodeComposite"
    found = next((node for node in tree.nodes if node.bl_idname == kind), None)
    return found if found is not None else tree.nodes.new(kind)


def new_socket(tree: Any, name: str, *, is_output: bool, kind: str) -> None:
    """Give a group an input, which shows no colour of its own, or an output."""
    if HAS_INTERFACE:
        made = tree.interface.new_socket(name, in_out="OUTPUT" if is_output else "INPUT", socket_type=kind)
    else:
        made = (tree.outputs if is_output else tree.inputs).new(kind, name)
    made.hide_value = not is_output


def socket_names(tree: Any) -> List[str]:
    """Return the names of a group's inputs and outputs."""
    if not HAS_INTERFACE:
        return [socket.name for sockets in (tree.inputs, tree.outputs) for socket in sockets]
    return [item.name for item in tree.interface.items_tree if getattr(item, "in_out", "")]


def show_only(tree: Any, node: Any) -> None:
    """Select one node of a tree alone, and make it active."""
    for other in tree.nodes:
        other.select = other == node
    tree.nodes.active = node


def path_options() -> Any:
    """Return the options of a property that holds a folder, which from 4.5 must say that it may be relative."""
    return {"PATH_SUPPORTS_BLEND_RELATIVE"} if HAS_RELATIVE_OPTION else set()


def set_linear(image: Any) -> None:
    """Say that an image is linear Rec. 709; a configuration without that space keeps its scene-linear default."""
    for name in _LINEAR:
        try:
            image.colorspace_settings.name = name
            return
        except TypeError:
            continue


def output_path(path: str) -> str:
    """Return a path as outputs take it: braces that are part of a name are doubled where they would be variables."""
    return path.replace("{", "{{").replace("}", "}}") if HAS_TEMPLATES else path


def new_file_output(tree: Any, folder: str, name: str) -> Any:
    """Add a File Output node that writes `folder/name####.exr`, 32-bit scene-linear RGBA; input 0 takes the picture."""
    node = tree.nodes.new("CompositorNodeOutputFile")
    if IS_GROUP_BASED:
        node.format.media_type = "IMAGE"
        node.file_output_items.clear()
        node.file_output_items.new("RGBA", name)
        node.directory, node.file_name = output_path(folder), ""
    else:
        node.base_path = output_path(folder)
        node.file_slots.clear()
        node.file_slots.new(name)
    set_exr(node.format)
    return node


def set_exr(settings: Any) -> None:
    """Make an image format 32-bit EXR, RGBA, lossless, in Blender's own numbers."""
    if IS_GROUP_BASED:
        settings.media_type = "IMAGE"
    settings.file_format = "OPEN_EXR"
    settings.color_mode = "RGBA"
    settings.color_depth = "32"
    settings.exr_codec = "ZIP"


def layer_names(node: Any) -> List[str]:
    """Return the layers that a Cryptomatte node offers."""
    return [item.identifier for item in node.bl_rna.properties["layer_name"].enum_items]


def is_plain_picture(image: Any) -> bool:
    """Say whether Blender shows an image file as the engine reads it: usual colour space and alpha for its kind."""
    ending = image.filepath.lower().rpartition(".")[2]
    space, alpha = image.colorspace_settings.name, image.alpha_mode
    if ending in ("exr", "hdr"):
        return space in _LINEAR and alpha == "PREMUL"
    return ending in ("png", "jpg", "jpeg", "tif", "tiff") and space == "sRGB" and alpha == "STRAIGHT"


def own_program() -> List[str]:
    """Return the command that starts this Blender on a script: a Python when Blender is the module `bpy`."""
    if bpy.app.binary_path and not getattr(bpy.app, "module", False):
        return [bpy.app.binary_path, "--background", "--python"]
    return [sys.executable]

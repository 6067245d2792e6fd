"""What scenarios are made of: the add-on, a scene, nodes, and a render of what comes out of a node."""

import importlib
import os
import sys

import addon_utils
import bpy

OUTPUTS = ("Color", "Alpha", "Confidence", "Flats", "Unknown", "Kind")


def enable(addon, root="", engine=None):
    """Enable the add-on by its module and return the module; `engine` is put into its preferences."""
    if root and root not in sys.path:
        sys.path.insert(0, root)
    module = addon_utils.enable(addon, default_set=True)
    assert module is not None, "the add-on cannot be enabled; its traceback is above"
    if engine is not None:
        bpy.context.preferences.addons[addon].preferences.engine = engine
    return module


def part(module, name):
    """Import a module of the add-on."""
    return importlib.import_module(f"{module.__name__}.{name}")


def compositor(scene=None):
    """Return the scene's compositor tree, made when there is none; written without the add-on's help."""
    scene = scene or bpy.context.scene
    if bpy.app.version >= (5, 0, 0):
        if scene.compositing_node_group is None:
            tree = bpy.data.node_groups.new("Comp", "CompositorNodeTree")
            tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
            scene.compositing_node_group = tree
        return scene.compositing_node_group
    scene.use_nodes = True
    return scene.node_tree


def clear(first, last, size=64):
    """Leave one empty scene with these frames and an empty compositor; return its tree."""
    scene = bpy.context.scene
    for thing in list(bpy.data.objects):
        bpy.data.objects.remove(thing)
    scene.frame_start, scene.frame_end = first, last
    scene.frame_set(first)
    render = scene.render
    render.resolution_x = render.resolution_y = size
    render.resolution_percentage = 100
    render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.device = 1, "CPU"
    tree = compositor(scene)
    tree.nodes.clear()
    output(tree)
    return tree


def output(tree):
    """Return the node whose input is the render's result."""
    kind = "NodeGroupOutput" if bpy.app.version >= (5, 0, 0) else "CompositorNodeComposite"
    return next((node for node in tree.nodes if node.bl_idname == kind), None) or tree.nodes.new(kind)


def image_node(tree, path, *, start=None, offset=0, count=0):
    """Add an Image node: a sequence when `start` is given, else a still."""
    node = tree.nodes.new("CompositorNodeImage")
    image = bpy.data.images.load(path)
    if start is not None:
        image.source = "SEQUENCE"
    node.image = image
    if start is not None:
        node.frame_start, node.frame_offset, node.frame_duration = start, offset, count
        node.use_auto_refresh = True
    return node


def add_node(tree, line, reference, name="CMFT Colorize"):
    """Add a CMFT node through the operator, connect it, and return it."""
    assert bpy.ops.cmft.add_node() == {"FINISHED"}
    node = tree.nodes.active
    node.name = name
    for socket, source in (("Line Art", line), ("Reference", reference)):
        if source is not None:
            tree.links.new(source, node.inputs[socket])
    tree.links.new(node.outputs["Color"], output(tree).inputs[0])
    node.node_tree.cmft.device = "cpu"
    return node


def exr(settings):
    """32-bit EXR with alpha."""
    if bpy.app.version >= (5, 0, 0):
        settings.media_type = "IMAGE"
    settings.file_format, settings.color_mode, settings.color_depth = "OPEN_EXR", "RGBA", "32"
    settings.exr_codec = "ZIP"


def writer(tree, source, folder, name):
    """Write an output socket as 32-bit EXR: folder/name####.exr."""
    node = tree.nodes.new("CompositorNodeOutputFile")
    if bpy.app.version >= (5, 0, 0):
        node.format.media_type = "IMAGE"
        node.file_output_items.clear()
        node.file_output_items.new("RGBA", name)
        node.directory, node.file_name = folder, ""
    else:
        node.base_path = folder
        node.file_slots.clear()
        node.file_slots.new(name)
    exr(node.format)
    tree.links.new(source, node.inputs[0])
    return node


def render(folder, first, last, main="main"):
    """Render frames; the scene's own output goes to folder/main####.exr."""
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = first, last
    scene.render.filepath = os.path.join(folder, main)
    exr(scene.render.image_settings)
    bpy.ops.render.render(animation=True)


def write_outputs(node, folder, first, last):
    """Render what comes out of a CMFT node: folder/Color####.exr and so on, and main####.exr."""
    tree = node.id_data
    writers = [writer(tree, node.outputs[name], folder, name) for name in OUTPUTS]
    render(folder, first, last)
    for found in writers:
        tree.nodes.remove(found)


def state(node):
    """Return what a CMFT node says of itself, as plain values."""
    values = node.node_tree.cmft
    return {"state": values.state, "status": values.status, "first": values.first, "last": values.last,
            "uid": values.uid, "label": node.label, "group": node.node_tree.name}


def plates(node):
    """Return the file that the inner Image node names, and its frame numbers."""
    inner = node.node_tree.nodes["Result"]
    if inner.image is None:
        return None
    return {"path": bpy.path.abspath(inner.image.filepath), "stored": inner.image.filepath,
            "start": inner.frame_start, "offset": inner.frame_offset, "count": inner.frame_duration}


def error_of(action, **arguments):
    """Return the sentence with which an operator refuses, "" when it does not."""
    try:
        action(**arguments)
    except RuntimeError as error:
        return str(error)
    return ""


def error_of_call(action):
    """Return the sentence of the error that a function raises, "" when it raises none."""
    try:
        action()
    except Exception as error:
        return str(error)
    return ""

"""Builds an example .blend: Grease Pencil Line Art of a 3D scene, one flat frame as reference, the node, the result.

    blender --background --python examples/blender_shot.py -- FOLDER [FRAMES]
    python examples/blender_shot.py FOLDER [FRAMES]          (a Python that has the module bpy)

Two scenes share the objects: "Lines" draws them white with Line Art, "Flats" draws them in their flat colours with the
same lines. The compositor of "Lines" plugs both into CMFT Colorize. FOLDER gets shot.blend and the plates beside it.
"""

import os
import sys
from math import radians
from pathlib import Path

import bpy

# isort: split
import addon_utils

ROOT = Path(__file__).resolve().parents[1]
INSTALLED = "bl_ext.user_default.cmft"
SIZE = (480, 360)
FRAMES = 4
WHITE = (1.0, 1.0, 1.0)
# Name, kind of mesh, place, size, flat colour (linear).
PARTS = (
    ("Body", "cone", (0.0, 0.0, 1.0), (1.1, 1.1, 1.1), (0.05, 0.21, 0.55)),
    ("Head", "uv_sphere", (0.0, 0.0, 2.55), (0.75, 0.75, 0.75), (0.9, 0.55, 0.3)),
    ("Hat", "cone", (0.0, 0.0, 3.75), (0.7, 0.7, 0.7), (0.6, 0.03, 0.04)),
    ("Parcel", "cube", (1.6, -0.2, 0.55), (0.5, 0.5, 0.5), (0.35, 0.5, 0.08)),
)


def enable_addon():
    """Enable the add-on: the installed one, else that of this clone."""
    if addon_utils.check(INSTALLED)[1]:
        return
    sys.path.insert(0, str(ROOT))
    addon_utils.enable("blender_addon", default_set=True)


def new_scene(frames):
    """Leave one scene without objects, of so many frames."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    scene = bpy.context.scene
    scene.name = "Lines"
    render = scene.render
    render.engine = "BLENDER_WORKBENCH"
    render.resolution_x, render.resolution_y = SIZE
    scene.frame_start, scene.frame_end = 1, frames
    scene.view_settings.view_transform = "Standard"  # flat colours stay what they are
    render.dither_intensity = 0  # else 8-bit files differ by a step in thousands of pixels of a flat colour
    scene.display.render_aa = "8"
    scene.world = bpy.data.worlds.new("Paper")
    scene.world.color = WHITE
    shading = scene.display.shading
    shading.light, shading.color_type, shading.single_color = "FLAT", "SINGLE", WHITE
    return scene


def add_part(name, kind, place, size, color):
    """Add a mesh in a flat colour."""
    getattr(bpy.ops.mesh, f"primitive_{kind}_add")(location=place)
    part = bpy.context.object
    part.name, part.scale = name, size
    material = bpy.data.materials.new(name)
    material.diffuse_color = (*color, 1.0)
    part.data.materials.append(material)
    return part


def add_figure(frames):
    """Add the figure, which moves to the right while its parcel turns."""
    parts = [add_part(*part) for part in PARTS]
    for frame in range(1, frames + 1):
        for part in parts:
            part.location[0] += 0.12
            part.keyframe_insert("location", frame=frame)
        parts[-1].rotation_euler[2] = radians(12 * frame)
        parts[-1].keyframe_insert("rotation_euler", frame=frame)


def add_camera(scene):
    """Look at the figure from the front, without perspective."""
    bpy.ops.object.camera_add(location=(0.7, -12, 2.2), rotation=(radians(90), 0, 0))
    scene.camera = bpy.context.object
    scene.camera.data.type, scene.camera.data.ortho_scale = "ORTHO", 6.5


def add_line_art():
    """Add a Grease Pencil object that draws the scene's outlines, creases and crossings."""
    if bpy.app.version >= (4, 3, 0):
        bpy.ops.object.grease_pencil_add(type="LINEART_SCENE")
    else:
        bpy.ops.object.gpencil_add(type="LRT_SCENE")
    drawn = bpy.context.object
    drawn.name, drawn.show_in_front = "Line Art", True
    modifiers = drawn.modifiers if bpy.app.version >= (4, 3, 0) else drawn.grease_pencil_modifiers
    line_art = modifiers[0]
    if bpy.app.version >= (4, 3, 0):
        line_art.radius = 0.03
    else:
        line_art.thickness = 18
    line_art.crease_threshold = radians(120)
    return drawn


def add_flats(lines):
    """Add a second scene of the same objects, in their own colours."""
    flats = lines.copy()
    flats.name = "Flats"
    flats.display.shading.color_type = "MATERIAL"
    return flats


def compositor(scene):
    """Return the scene's compositor tree and the node that holds its output."""
    if bpy.app.version >= (5, 0, 0):
        tree = bpy.data.node_groups.new("Compositing", "CompositorNodeTree")
        tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
        scene.compositing_node_group = tree
        return tree, tree.nodes.new("NodeGroupOutput")
    scene.use_nodes = True
    scene.node_tree.nodes.clear()
    return scene.node_tree, scene.node_tree.nodes.new("CompositorNodeComposite")


def connect(lines, flats):
    """Plug both scenes into the node and the node into the output."""
    tree, output = compositor(lines)
    bpy.context.window.scene = lines
    bpy.ops.cmft.add_node()
    node = tree.nodes.active
    for scene, socket, place in ((flats, "Reference", (-400, 300)), (lines, "Line Art", (-400, 0))):
        layers = tree.nodes.new("CompositorNodeRLayers")
        layers.scene, layers.location = scene, place
        tree.links.new(layers.outputs["Image"], node.inputs[socket])
    viewer = tree.nodes.new("CompositorNodeViewer")
    output.location, viewer.location = (400, 100), (400, -100)
    tree.links.new(node.outputs["Color"], output.inputs[0])
    tree.links.new(node.outputs["Color"], viewer.inputs[0])
    return node


def main(folder, frames=FRAMES):
    """Build, colour, and save."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = new_scene(int(frames))
    enable_addon()
    add_figure(int(frames))
    add_camera(lines)
    add_line_art()
    node = connect(lines, add_flats(lines))
    lines.frame_set(1)
    bpy.ops.cmft.add_reference(node=node.name)  # the flat frame 1 is the painted one
    blend = str(folder / "shot.blend")
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    bpy.ops.cmft.colorize(node=node.name)
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    print(f"{blend}: {node.node_tree.cmft.status}")


if __name__ == "__main__":
    code = 1
    try:
        place, *further = sys.argv[sys.argv.index("--") + 1:] if "--" in sys.argv else sys.argv[1:]
        main(Path(place).resolve(), *further)
        code = 0
    finally:
        if code:
            sys.excepthook(*sys.exc_info())
        sys.stdout.flush()
        os._exit(code)  # some versions of Blender hang at their own exit

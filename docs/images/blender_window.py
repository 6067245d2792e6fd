"""Takes the pictures of docs/blender.md in a real Blender window: adds the node, presses Colorize, waits, looks.

    xvfb-run -s "-screen 0 1600x900x24" blender -P docs/images/blender_window.py -- FOLDER

On a screen of 1600x1300 "checks" shows the whole list; the guide has the sidebar of it, cut out. Needs the add-on
enabled, or the clone's folder as `--addons` finds it; ImageMagick's `import` takes the pictures.
"""

import os
import subprocess
import sys
import traceback
from pathlib import Path

import addon_utils
import bpy

ROOT = Path(__file__).resolve().parents[2]
SHOT = ROOT / "examples" / "shot"
FIRST, COUNT = 1001, 3
STEP_S = 1.0
PATIENCE = 600  # steps


class Session:
    """What the steps share."""

    def __init__(self, folder):
        self.folder = folder
        self.steps = self.script()
        self.node = None

    def script(self):
        """Do one thing after another; each yield lets Blender draw."""
        folder = self.folder / "project"
        folder.mkdir(parents=True, exist_ok=True)
        yield from self.prepare(folder)
        self.shoot("added")
        with bpy.context.temp_override(**self.editor()):
            bpy.ops.cmft.regions(node=self.node)
        for _ in range(2):
            yield
        self.shoot("regions")
        self.show_viewer()
        with bpy.context.temp_override(**self.editor()):
            print("colorize", bpy.ops.cmft.colorize("INVOKE_DEFAULT", node=self.node), flush=True)
        yield from self.wait_for("frame")
        for _ in range(2):
            yield
        self.shoot("running")
        yield from self.wait_for_end()
        for _ in range(4):
            yield
        self.shoot("coloured")
        bpy.context.scene.frame_set(FIRST + 1)
        for _ in range(4):
            yield
        self.shoot("next")
        self.values().check_index = 0
        for _ in range(4):
            yield
        self.shoot("checks")

    def prepare(self, folder):
        """Make the scene and the compositor, look at both, and add the node."""
        scene = bpy.context.scene
        scene.frame_start, scene.frame_end = FIRST, FIRST + COUNT - 1
        scene.frame_set(FIRST)
        tree = compositor(scene)
        window = bpy.context.window_manager.windows[0]
        window.workspace = bpy.data.workspaces["Compositing"]
        yield
        yield
        line, reference = image_node(tree, "line", COUNT), image_node(tree, "ref", 1)
        line.location, reference.location = (-520, 60), (-520, 420)
        bpy.ops.wm.save_as_mainfile(filepath=str(folder / "shot.blend"))
        space = self.editor()["space_data"]
        space.show_region_ui = True
        if hasattr(space, "show_region_asset_shelf"):
            space.show_region_asset_shelf = False
        if bpy.app.version >= (5, 0, 0):
            space.node_tree = tree
        yield
        with bpy.context.temp_override(**self.editor()):
            bpy.ops.cmft.add_node()
        node = tree.nodes.active
        self.node, node.location = node.name, (-120, 240)
        values = node.node_tree.cmft
        values.device = "cpu"
        tree.links.new(reference.outputs[0], node.inputs["Reference"])
        tree.links.new(line.outputs[0], node.inputs["Line Art"])
        viewer = tree.nodes.new("CompositorNodeViewer")
        viewer.location = (220, 240)
        tree.links.new(node.outputs["Color"], viewer.inputs[0])
        viewer.select = False
        self.show_viewer()
        self.open_tab()
        yield
        with bpy.context.temp_override(**self.editor()):
            bpy.ops.node.view_all()
        for _ in range(4):
            yield

    def show_viewer(self):
        """Let one area show the Viewer's picture."""
        screen = bpy.context.window_manager.windows[0].screen
        area = next((area for area in screen.areas if area.type == "IMAGE_EDITOR"), None) or max(
            (area for area in screen.areas if area.type != "NODE_EDITOR"), key=lambda area: area.width * area.height)
        area.type = "IMAGE_EDITOR"
        image = bpy.data.images.get("Viewer Node") or bpy.data.images.new("Viewer Node", 4, 4)
        area.spaces.active.image = image

    def open_tab(self):
        """Bring the sidebar's tab CMFT to the front."""
        region = next(one for one in self.editor()["area"].regions if one.type == "UI")
        if hasattr(region, "active_panel_category"):
            region.active_panel_category = "CMFT"

    def editor(self):
        """Return the context of the compositor."""
        window = bpy.context.window_manager.windows[0]
        area = next(area for area in window.screen.areas if area.type == "NODE_EDITOR")
        region = next(region for region in area.regions if region.type == "WINDOW")
        return {"window": window, "screen": window.screen, "area": area, "region": region,
                "space_data": area.spaces.active}

    def values(self):
        """Return what the node keeps."""
        return compositor(bpy.context.scene).nodes[self.node].node_tree.cmft

    def wait_for(self, word):
        """Wait until the status bar has a word."""
        runner = sys.modules[type(self.values()).__module__.rpartition(".")[0] + ".runner"]
        for _ in range(PATIENCE):
            run = runner.running(self.values().uid)
            if run is None or (word in run.engine.progress.words and run.engine.progress.done):
                return
            yield

    def wait_for_end(self):
        """Wait until the node has its result."""
        for _ in range(PATIENCE):
            if self.values().state == 1:
                return
            yield

    def shoot(self, name):
        """Keep a picture of the whole screen."""
        print(name, self.values().status, flush=True)
        subprocess.run(["import", "-window", "root", str(self.folder / f"{name}.png")], check=True)


def compositor(scene):
    """Return the scene's compositor tree, emptied but for its output when it is new."""
    if bpy.app.version >= (5, 0, 0):
        if scene.compositing_node_group is None:
            tree = bpy.data.node_groups.new("Compositing", "CompositorNodeTree")
            tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
            scene.compositing_node_group = tree
        return scene.compositing_node_group
    if not scene.use_nodes:
        scene.use_nodes = True
        scene.node_tree.nodes.clear()
    return scene.node_tree


def image_node(tree, name, count):
    """Add a sequence of the example shot."""
    node = tree.nodes.new("CompositorNodeImage")
    node.image = bpy.data.images.load(str(SHOT / f"{name}.{FIRST}.png"))
    node.image.source = "SEQUENCE"
    node.frame_start, node.frame_offset, node.frame_duration = FIRST, FIRST - 1, count
    node.use_auto_refresh = True
    node.select = False
    return node


def begin(kind):
    """Enable the add-on where it is not, and take the pictures of a kind of session into the folder that is named."""
    if not any(addon_utils.check(one)[1] for one in ("bl_ext.user_default.cmft", "cmft")):
        sys.path.insert(0, str(ROOT))
        addon_utils.enable("blender_addon", default_set=True)
    session = kind(Path(sys.argv[sys.argv.index("--") + 1]).resolve())

    def step():
        """Go on with the script; leave Blender at its end."""
        try:
            next(session.steps)
        except StopIteration:
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        return STEP_S

    bpy.app.timers.register(step, first_interval=3.0, persistent=True)


if __name__ == "__main__":
    begin(Session)

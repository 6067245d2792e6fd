"""Scenarios that correct a coloured shot in a real Blender."""

import os
import shlex
import subprocess

import bpy
import stage


def _bytes(node):
    """Return the bytes of the three plates, as text."""
    folder = os.path.dirname(stage.plates(node)["path"])
    found = {}
    for frame in (1001, 1002, 1003):
        with open(f"{folder}/cmft.{frame:04d}.exr", "rb") as stream:
            found[frame] = stream.read()
    return found


def fix(addon, root, engine, blend, out, color, x, y):
    """Correct a region of a coloured file, render what comes out, take it back; return what was seen."""
    module = stage.enable(addon, root, engine)
    bpy.ops.wm.open_mainfile(filepath=blend)
    fixes, nodes = stage.part(module, "fixes"), stage.part(module, "nodes")
    node = stage.compositor().nodes["CMFT Colorize"]
    instance = nodes.find_instance(bpy.context.scene, "")
    matte = stage.compositor().nodes.get("Cryptomatte") or nodes.add_mattes(instance)
    before, old = _bytes(node), node.node_tree.nodes["Result"].image
    kept = (old.name, node.node_tree.nodes["Result"].frame_start, node.node_tree.nodes["Result"].frame_offset)
    bpy.context.scene.frame_set(1002)
    place = {"x": x, "y": y}
    stage.write_outputs(node, out + "/before", 1001, 1003)
    said = {"result": sorted(bpy.ops.cmft.fix_region(color=color, **place))}
    after, new = _bytes(node), node.node_tree.nodes["Result"].image
    said["changed"] = [frame for frame in after if after[frame] != before[frame]]
    said["status"], said["state"] = node.node_tree.cmft.status, node.node_tree.cmft.state
    shown = (new.name, node.node_tree.nodes["Result"].frame_start, node.node_tree.nodes["Result"].frame_offset)
    said["kept"], said["images"] = shown == kept, sum(one.name.endswith("plates") for one in bpy.data.images)
    said["matte"] = matte.image == new
    stage.write_outputs(node, out + "/after", 1001, 1003)
    said["undo"] = sorted(bpy.ops.cmft.undo_fix())
    said["undone"] = node.node_tree.cmft.status
    stage.write_outputs(node, out + "/undone", 1001, 1003)
    said["nothing left"] = stage.error_of(bpy.ops.cmft.undo_fix)
    said["swatches"] = [one.name for one in fixes.swatches_of(instance)]
    said["size"] = list(fixes.size_of(instance, 1002))
    return said


def refused(addon, root, engine, blend):
    """Ask for what cannot be; return what Blender says of each."""
    stage.enable(addon, root, engine)
    bpy.ops.wm.open_mainfile(filepath=blend)
    node, fix = stage.compositor().nodes["CMFT Colorize"], bpy.ops.cmft.fix_region
    bpy.context.scene.frame_set(1002)
    before = _bytes(node)
    said = {
        "outside": stage.error_of(fix, x=4000, y=5, color="paper"),
        "color": stage.error_of(fix, x=20, y=20, color="mauve"),
        "none": stage.error_of(fix, x=20, y=20),
        "frame": stage.error_of(fix, x=20, y=20, color="paper", use_current=False, frame=1100),
    }
    folder = os.path.dirname(stage.plates(node)["path"])
    os.rename(folder + "/cmft.1002.exr", folder + "/away")
    said["gone"] = stage.error_of(fix, x=20, y=20, color="paper")
    os.rename(folder + "/away", folder + "/cmft.1002.exr")
    said["same"] = _bytes(node) == before
    os.remove(folder + "/report.json")
    said["report"] = stage.error_of(fix, x=20, y=20, color="paper")
    fresh = stage.add_node(stage.compositor(), None, None, name="Fresh")
    said["fresh"] = stage.error_of(fix, node=fresh.name, x=1, y=1, color="paper")
    return said


def busy(addon, root, engine, blend):
    """Correct while a correction runs."""
    module = stage.enable(addon, root, engine)
    bpy.ops.wm.open_mainfile(filepath=blend)
    fixes, nodes = stage.part(module, "fixes"), stage.part(module, "nodes")
    bpy.context.scene.frame_set(1002)
    run = fixes.start_undo(nodes.find_instance(bpy.context.scene, ""))
    said = {"fix": stage.error_of(bpy.ops.cmft.undo_fix), "colour": stage.error_of(bpy.ops.cmft.colorize)}
    outcome = run.wait()
    said["ended"] = str(outcome.error)
    fixes_runner = stage.part(module, "runner")
    said["kept"] = fixes_runner._engines._engine is not None
    return said


def watch(addon, root, engine, blend, out, color, x, y):
    """Open the review window off screen, correct in another process, and see what the node shows."""
    module = stage.enable(addon, root, engine)
    bpy.ops.wm.open_mainfile(filepath=blend)
    nodes, reviewing = stage.part(module, "nodes"), stage.part(module, "reviewing")
    node, instance = stage.compositor().nodes["CMFT Colorize"], nodes.find_instance(bpy.context.scene, "")
    stage.write_outputs(node, out + "/before", 1001, 1003)
    said = {"result": sorted(bpy.ops.cmft.review())}
    said["second"] = stage.error_of(bpy.ops.cmft.review)
    (one,) = reviewing._watched.values()
    said["is open"] = one.window.is_open
    folder = os.path.dirname(stage.plates(node)["path"])
    subprocess.run([*shlex.split(engine), "pin", folder, "--frame=1002", f"--at={x},{y}",
                    "--color=" + color], check=True, stdout=subprocess.DEVNULL)
    said["again"] = reviewing.look()
    said["status"] = node.node_tree.cmft.status
    stage.write_outputs(node, out + "/after", 1001, 1003)
    one.window._process.kill()
    one.window._process.wait()
    said["over"] = reviewing.look()
    said["name"] = instance.name
    return said


def tracks(addon, root, blend, report):
    """Show a report with tracks in the sidebar's list, choose one, and draw the palette's icons."""
    module = stage.enable(addon, root)
    bpy.ops.wm.open_mainfile(filepath=blend)
    node = stage.compositor().nodes["CMFT Colorize"]
    folder = os.path.dirname(stage.plates(node)["path"])
    os.replace(report, folder + "/report.json")
    bpy.ops.cmft.refresh()
    values = node.node_tree.cmft
    said = {"tracks": [[one.name, one.count, one.reason, one.frame, list(one.at)] for one in values.tracks]}
    values.track_index = 1
    said["frame"] = bpy.context.scene.frame_current
    swatches, seeing = stage.part(module, "swatches"), stage.part(module, "seeing")
    correct = __import__("cmft_engine.protocol.host.correct", fromlist=["Swatch"])
    for name, display in (("red", (1.0, 0.0, 0.0)), ("rot", (1.0, 0.0, 0.0)), ("blue", (0.0, 0.0, 1.0))):
        swatches.icon_of(correct.Swatch(name, display))
    said["icons"] = {name: list(one.icon_pixels_float[:4]) for name, one in swatches._icons["swatches"].items()}
    said["backdrop"] = list(seeing.on_backdrop((350, 260), (600, 400), (10.0, 20.0), 2.0, (64, 48)))
    return said

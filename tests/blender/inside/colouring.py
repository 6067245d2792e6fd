"""Scenarios that colour a shot through the real engine, or only look at one that was coloured."""

import json
import os
import time

import bpy
import stage


def scene_of(shot, *, start=1001, first=1001, count=3):
    """Put the shot's plates into a new scene at `start`, with a CMFT node on them."""
    tree = stage.clear(start, start + count - 1)
    line = stage.image_node(tree, f"{shot}/lines.{first:04d}.png", start=start, offset=first - 1, count=count)
    reference = stage.image_node(tree, f"{shot}/painted.{first:04d}.png")
    return stage.add_node(tree, line.outputs[0], reference.outputs[0])


def colour(addon, root, engine, shot, blend, out, start=1001):
    """Colour the shot, save the file and render what comes out."""
    stage.enable(addon, root, engine)
    node = scene_of(shot, start=start)
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    result = bpy.ops.cmft.colorize(node=node.name)
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    stage.write_outputs(node, out, start - 1, start + 3)
    return {"result": sorted(result), "plates": stage.plates(node), **stage.state(node)}


def render_file(blend, out, first, last, addon=None, root=""):
    """Open a file, with or without the add-on, and render what comes out of its CMFT node."""
    if addon:
        stage.enable(addon, root)
    bpy.ops.wm.open_mainfile(filepath=blend)
    tree = stage.compositor()
    node = tree.nodes["CMFT Colorize"]
    stage.write_outputs(node, out, first, last)
    return {"is_group": node.bl_idname, "has_addon": hasattr(bpy.types.NodeTree, "cmft"),
            "state": stage.state(node) if addon else None, "plates": stage.plates(node)}


def cancel_and_resume(addon, root, engine, shot, blend, options):
    """Stop the engine after its first frame, then colour again."""
    module = stage.enable(addon, root, engine)
    operators, nodes = stage.part(module, "operators"), stage.part(module, "nodes")
    errors = stage.part(module, "watching").Cancelled
    node = scene_of(shot)
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    run = operators.start(nodes.find_instance(bpy.context.scene, ""), "")
    busy = stage.error_of(bpy.ops.cmft.colorize)
    while run.engine.progress.done < 1:
        time.sleep(0.01)
    assert bpy.ops.cmft.cancel() == {"FINISHED"}
    outcome = run.wait()
    try:
        operators.finish(run, outcome)
        refused = ""
    except errors as error:
        refused = str(error)
    cancelled = stage.state(node)
    shown = stage.plates(node)
    before = times(shown)
    idle = stage.error_of(bpy.ops.cmft.cancel)
    with open(options, "w", encoding="utf-8") as stream:
        stream.write("{}")
    bpy.ops.cmft.colorize()
    return {"refused": refused, "busy": busy, "idle": idle, "cancelled": cancelled,
            "before": before, "after": times(stage.plates(node)), "resumed": stage.state(node)}


def times(plates):
    """Return when each plate was written, by name."""
    folder = os.path.dirname(plates["path"])
    return {name: os.stat(os.path.join(folder, name)).st_mtime_ns for name in sorted(os.listdir(folder))
            if name.endswith(".exr")}


def recolour(addon, root, engine, blend, corrections=(), sheets=()):
    """Open a coloured file, add references, colour again; return the job and what the node says."""
    stage.enable(addon, root, engine)
    bpy.ops.wm.open_mainfile(filepath=blend)
    node = stage.compositor().nodes["CMFT Colorize"]
    before = stage.plates(node)["path"]
    for frame, path in corrections:
        bpy.context.scene.frame_set(frame)
        bpy.ops.cmft.add_correction(filepath=path)
    for path in sheets:
        line = node.node_tree.cmft.references.add()
        line.path, line.is_sheet = path, True
    bpy.ops.cmft.refresh()
    stale = stage.state(node)
    bpy.ops.cmft.colorize()
    found = stage.plates(node)
    return {"stale": stale, "state": stage.state(node), "before": before, "plates": found,
            "job": os.path.join(os.path.dirname(found["path"]), "job.json"),
            "listed": [[one.frame, one.path, one.is_sheet] for one in node.node_tree.cmft.references],
            "images": sorted(image.name for image in bpy.data.images if "plates" in image.name)}


def gaps(addon, root, engine, shot, blend, options, fails):
    """Colour a shot that lacks a line plate: by the input's range, then by the scene's, which the engine refuses."""
    stage.enable(addon, root, engine)
    node = scene_of(shot)
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    bpy.ops.cmft.colorize()
    found = {"input": stage.state(node), "plates": sorted(times(stage.plates(node)))}
    node.node_tree.cmft.range = "SCENE"
    with open(options, "w", encoding="utf-8") as stream:
        json.dump({"fails": fails}, stream)
    found["scene"] = stage.error_of(bpy.ops.cmft.colorize)
    found["after"] = stage.state(node)
    with open(os.path.join(os.path.dirname(stage.plates(node)["path"]), "job.json"), encoding="utf-8") as stream:
        found["frames"] = json.load(stream)["frames"]
    return found


def one_frame(addon, root, engine, shot, blend):
    """Colour one frame of a new node, then all of them; undo the first result."""
    stage.enable(addon, root, engine)
    node = scene_of(shot)
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    bpy.ops.cmft.colorize(frames="1002")
    one = {**stage.state(node), "plates": stage.plates(node), "job": job_of(node)}
    before = times(stage.plates(node))
    bpy.ops.cmft.colorize()
    after = times(stage.plates(node))
    return {"one": one, "all": {**stage.state(node), "plates": stage.plates(node), "job": job_of(node)},
            "kept": list(before) == ["cmft.1002.exr"] and before["cmft.1002.exr"] == after["cmft.1002.exr"]}


def job_of(node):
    """Return the job beside the plates that a node shows."""
    with open(os.path.join(os.path.dirname(stage.plates(node)["path"]), "job.json"), encoding="utf-8") as stream:
        return json.load(stream)


def hold(addon, root, engine, blend, out):
    """Hold the frames outside of the range, render, and save."""
    stage.enable(addon, root, engine)
    bpy.ops.wm.open_mainfile(filepath=blend)
    node = stage.compositor().nodes["CMFT Colorize"]
    values, before = node.node_tree.cmft, stage.plates(node)
    values.outside = "HOLD"
    values.outside = "BLACK"
    again = stage.plates(node)
    assert again == before, (again, before)
    values.outside = "HOLD"
    stage.write_outputs(node, out, 999, 1005)
    bpy.ops.wm.save_mainfile()
    return {"black": before}


def stale_render(addon, root, engine, blend, out, choice):
    """Change a setting and render, change it back and render."""
    stage.enable(addon, root, engine)
    bpy.ops.wm.open_mainfile(filepath=blend)
    node = stage.compositor().nodes["CMFT Colorize"]
    values, inner = node.node_tree.cmft, node.node_tree.nodes["Result"]
    values.on_stale = choice
    before = values.gap_px
    values.gap_px = before + 3
    stage.render(out, 1002, 1002)
    muted = inner.mute
    values.gap_px = before
    stage.render(out, 1002, 1002, main="back")
    return {"muted": muted, "muted_after": inner.mute}


def mattes(addon, root, blend, out, names):
    """Add Blender's Cryptomatte node, pick each colour in turn and render its matte."""
    stage.enable(addon, root)
    bpy.ops.wm.open_mainfile(filepath=blend)
    tree = stage.compositor()
    bpy.ops.cmft.add_cryptomatte()
    matte = next(node for node in tree.nodes if node.bl_idname == "CompositorNodeCryptomatteV2")
    for number, name in enumerate(names):
        matte.matte_id = name
        found = stage.writer(tree, matte.outputs["Matte"], out, f"matte{number}_")
        stage.render(out, 1002, 1002)
        tree.nodes.remove(found)
    return {"layer": matte.layer_name, "picked": matte.matte_id}


def save_file(blend):
    """Open a file without the add-on and save it."""
    bpy.ops.wm.open_mainfile(filepath=blend)
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    return {}


def early_mattes(addon, root, engine, shot, blend, out):
    """Colour a shot that begins at frame 1, add the Cryptomatte node, pick all and render; look again when opened."""
    stage.enable(addon, root, engine)
    node = scene_of(shot, start=1)
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    bpy.ops.cmft.colorize()
    bpy.ops.cmft.add_cryptomatte()
    matte = next(one for one in node.id_data.nodes if one.bl_idname == "CompositorNodeCryptomatteV2")
    layer = matte.layer_name
    assert job_of(node)["frames"] == "1001-1003"
    matte.matte_id = "ink"
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    bpy.ops.wm.open_mainfile(filepath=blend)
    matte = next(one for one in stage.compositor().nodes if one.bl_idname == "CompositorNodeCryptomatteV2")
    stage.writer(matte.id_data, matte.outputs["Matte"], out, "matte")
    stage.render(out, 1, 3)
    return {"layer": layer, "opened": matte.layer_name}

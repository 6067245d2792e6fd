"""What Blender does around runs of a quick engine; tests/protocol/test_hosts.py compares it with the other host."""

import os
import time
from pathlib import Path

import bpy
import colouring
import stage


def facts(addon, root, engine, shot, other, place):
    """Do all that the tests ask about and return what came of it, by their names."""
    module = stage.enable(addon, root, engine)
    found = reopened(shot, other, place)
    node = stage.compositor().nodes["CMFT Colorize"]
    found["unwritable log"] = unwritable_log(module, node)
    found["cancelled before the start"] = cancelled(module, node, place)
    options = Path(place, "options.json")
    options.write_text('{"speaks": -1}')
    found["cancelled before a word"] = cancelled(module, node, place, start=True)
    options.write_text("{}")
    found["plates gone"] = plates_gone(module, node)
    found["no program"] = no_program(addon, engine)
    found["taken apart"] = taken_apart(node)
    return found


def reopened(shot, other, place):
    """Colour, save, colour from other lines, save elsewhere; return the states of both files when they are opened."""
    node = colouring.scene_of(shot)
    first, second = (os.path.join(place, name) for name in ("first.blend", "second.blend"))
    bpy.ops.wm.save_as_mainfile(filepath=first)
    bpy.ops.cmft.colorize()
    bpy.ops.wm.save_as_mainfile(filepath=first)
    states = {"coloured": stage.state(node)["state"], "shown": stage.plates(node)["path"]}
    node.inputs["Line Art"].links[0].from_node.image.filepath = f"{other}/lines.1001.png"
    bpy.ops.cmft.colorize()
    states["same place"] = states.pop("shown") == stage.plates(node)["path"]
    bpy.ops.wm.save_as_mainfile(filepath=second)
    for name, path in (("first", first), ("second", second)):
        bpy.ops.wm.open_mainfile(filepath=path)
        states[name] = stage.state(stage.compositor().nodes["CMFT Colorize"])["state"]
    return {"reopened": states}


def unwritable_log(module, node):
    """Let a folder stand in the way of the log, and colour."""
    log = stage.part(module, "results").shown_folder(node.node_tree) / "engine.log"
    log.unlink()
    log.mkdir()
    said = stage.error_of(bpy.ops.cmft.colorize)
    log.rmdir()
    return {"error": said, "state": stage.state(node)["state"], "status": stage.state(node)["status"]}


def cancelled(module, node, place, start=False):
    """Cancel a run before it is started, or when the engine is there and has said nothing yet."""
    started = Path(place, "started")
    started.unlink()
    operators, nodes = stage.part(module, "operators"), stage.part(module, "nodes")
    instance = nodes.find_instance(bpy.context.scene, "")
    run = stage.part(module, "runner").Run(stage.part(module, "shot_job").prepare(instance),
                                           operators.engine_command(operators.written_command()))
    if not start:
        run.cancel()
    run.start()
    while start and not started.exists():
        time.sleep(0.01)
    run.cancel()
    outcome = run.wait()
    said = stage.error_of_call(lambda: operators.finish(run, outcome))
    was_started = started.exists()
    started.touch()
    return {"error": type(outcome.error).__name__, "said": said, "started": was_started,
            "status": stage.state(node)["status"]}


def plates_gone(module, node):
    """Take the plates away and bring them back; return what the node says of it."""
    bpy.ops.cmft.colorize()
    folder = stage.part(module, "results").shown_folder(node.node_tree)
    os.rename(folder, f"{folder}.away")
    bpy.ops.cmft.refresh()
    gone = stage.state(node)
    os.rename(f"{folder}.away", folder)
    bpy.ops.cmft.refresh()
    return {"state": gone["state"], "status": gone["status"], "back": stage.state(node)["state"]}


def no_program(addon, engine):
    """Write a command whose first word is no program, and colour."""
    preferences = bpy.context.preferences.addons[addon].preferences
    preferences.engine = "cmft-of-nowhere run"
    said = stage.error_of(bpy.ops.cmft.colorize)
    preferences.engine = engine
    return said


def taken_apart(node):
    """Take the node's inner reader out, and save."""
    node.node_tree.nodes.remove(node.node_tree.nodes["Result"])
    bpy.ops.wm.save_mainfile()
    return stage.state(node)["status"]

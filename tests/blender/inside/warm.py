"""What Blender does with the one engine of a file."""

import bpy
import colouring
import stage


def facts(addon, root, engine, shot, blend):
    """Colour frame after frame, switch the preference off, open the file again; return what became of the engine."""
    module = stage.enable(addon, root, engine)
    runner = stage.part(module, "runner")
    node = colouring.scene_of(shot)
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    bpy.ops.cmft.colorize(frames="1001")
    kept = runner._engines._engine
    found = {"ready": kept.ready_at is not None}
    bpy.ops.cmft.colorize()
    found["shared"] = runner._engines._engine is kept and stage.state(node)["state"]
    bpy.context.preferences.addons[addon].preferences.keep_engine = False
    take, runner._engines.take = runner._engines.take, None
    node.node_tree.cmft.edges = "hard"
    bpy.ops.cmft.colorize()
    found["switched off"] = stage.state(node)["state"]
    runner._engines.take = take
    bpy.ops.wm.open_mainfile(filepath=blend)
    found["closed"] = runner._engines._engine is None and kept._process.poll() is not None
    return found

"""Runs in a second Blender: renders what is plugged into a CMFT node, from a copy of the file. Not imported by others.

    blender --background --python prep_child.py -- request.json

Says {"cmft": {"rendered": ...}} or {"cmft": {"error": ...}} on stdout, one JSON object a line. Everything else that
the copy would write is muted, and the copy is not saved.
"""

import importlib.util
import json
import os
import sys
import traceback
from typing import Any

import bpy

_WRITERS = ("CompositorNodeOutputFile", "CompositorNodeViewer")
_STAMPS = ("date", "time", "render_time", "frame", "memory", "hostname", "filename", "camera", "lens", "scene", "note",
           "marker", "sequencer_strip", "frame_range")


def _say(**news: str) -> None:
    sys.stdout.write(json.dumps({"cmft": news}) + "\n")
    sys.stdout.flush()


def _load_compat() -> Any:
    """Load compat.py by its place: the add-on as a whole need not be installed here."""
    place = os.path.join(os.path.dirname(os.path.abspath(__file__)), "compat.py")
    spec = importlib.util.spec_from_file_location("cmft_compat", place)
    assert spec is not None and spec.loader is not None  # a .py file that is there
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _silence() -> None:
    """Mute every node of the copy that writes or shows pictures."""
    compat = _load_compat()
    trees = [compat.compositor(scene) for scene in bpy.data.scenes] + list(bpy.data.node_groups)
    for tree in trees:
        for node in tree.nodes if tree is not None else ():
            if node.bl_idname in _WRITERS:
                node.mute = True


def _settle(scene: Any, folder: str) -> None:
    """Let the scene's own output go to a folder that will be deleted, and keep time and date out of the files."""
    render = scene.render
    render.filepath = _load_compat().output_path(os.path.join(folder, "_main_"))
    render.use_compositing, render.use_sequencer, render.use_overwrite = True, False, True
    render.use_placeholder, render.use_border, render.use_multiview = False, False, False
    for name in _STAMPS:
        if hasattr(render, "use_stamp_" + name):
            setattr(render, "use_stamp_" + name, False)
    _load_compat().set_exr(render.image_settings)


def _render(scene: Any, group: Any, folder: str, wanted: Any) -> None:
    """Write one input of the group at its frames, which are told as runs."""
    name, number, runs = wanted
    entry = next(node for node in group.nodes if node.bl_idname == "NodeGroupInput")
    writer = _load_compat().new_file_output(group, folder, name)
    group.links.new(entry.outputs[number], writer.inputs[0])
    for first, last in runs:
        scene.frame_start, scene.frame_end, scene.frame_step = first, last, 1
        bpy.ops.render.render(animation=True, scene=scene.name)
        _say(rendered="{} {}-{}".format(name, first, last))
    group.nodes.remove(writer)


def main() -> int:
    """Do what the request says; return the exit code."""
    with open(sys.argv[sys.argv.index("--") + 1], encoding="utf-8") as stream:
        asked = json.load(stream)
    try:
        bpy.ops.wm.open_mainfile(filepath=asked["blend"], load_ui=False)
        scene, group = bpy.data.scenes[asked["scene"]], bpy.data.node_groups[asked["group"]]
        _silence()
        _settle(scene, asked["folder"])
        for wanted in asked["wanted"]:
            _render(scene, group, asked["folder"], wanted)
    except RuntimeError as failure:  # what Blender's operators raise, such as: no camera
        _say(error="Blender cannot render what is connected: {}".format(str(failure).strip()))
        return 1
    return 0


if __name__ == "__main__":
    code = 1
    try:
        code = main()
    finally:
        if sys.exc_info()[0] is not None:
            traceback.print_exc()
        sys.stdout.flush()
        os._exit(code)  # some versions of Blender hang at their own exit

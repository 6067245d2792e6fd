"""Scenarios with inputs that are no files: a second Blender renders them."""

import os

import bpy
import stage


def chain_scene(shot, forbidden):
    """Connect both inputs through a Flip node; a File Output of the user's own stands by."""
    tree = stage.clear(1001, 1003)
    sources = []
    for node in (stage.image_node(tree, f"{shot}/lines.1001.png", start=1001, offset=1000, count=3),
                 stage.image_node(tree, f"{shot}/painted.1001.png")):
        flip = tree.nodes.new("CompositorNodeFlip")
        tree.links.new(node.outputs[0], flip.inputs[0])
        sources.append(flip.outputs[0])
    found = stage.add_node(tree, *sources)
    stage.writer(tree, sources[0], forbidden, "user")
    return found


def chain(addon, root, engine, shot, blend, out, forbidden):
    """Colour behind a chain of nodes, twice; render the chain in this Blender too."""
    stage.enable(addon, root, engine)
    node = chain_scene(shot, forbidden)
    tree = node.id_data
    refused = stage.error_of(bpy.ops.cmft.colorize)
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    bpy.ops.cmft.add_reference()
    bpy.context.scene.render.filepath = main = os.path.join(forbidden, "main")
    bpy.ops.cmft.colorize()
    inputs = os.path.join(os.path.dirname(os.path.dirname(stage.plates(node)["path"])), "inputs")
    found = {"refused": refused, "state": stage.state(node), "plates": stage.plates(node), "inputs": inputs,
             "left": sorted(os.listdir(inputs)), "file": bpy.data.filepath, "written": os.path.exists(forbidden),
             "main": bpy.context.scene.render.filepath == main, "nodes": len(tree.nodes), "first": stamps(inputs)}
    bpy.ops.cmft.colorize()
    found.update(second=stamps(inputs), again=stage.state(node))
    for name, source in (("line", node.inputs["Line Art"]), ("ref", node.inputs["Reference"])):
        stage.writer(tree, source.links[0].from_socket, out, name)
    stage.write_outputs(node, out, 1001, 1003)
    return found


def stamps(folder):
    """Return when each file was written."""
    return {name: os.stat(os.path.join(folder, name)).st_mtime_ns for name in sorted(os.listdir(folder))}


def cancelled(addon, root, engine, shot, blend, forbidden):
    """Cancel while the second Blender starts."""
    module = stage.enable(addon, root, engine)
    operators, nodes = stage.part(module, "operators"), stage.part(module, "nodes")
    node = chain_scene(shot, forbidden)
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    bpy.ops.cmft.add_reference()
    run = operators.start(nodes.find_instance(bpy.context.scene, ""), "")
    run.cancel()
    outcome = run.wait()
    folder = nodes.cache_folder(node.node_tree)
    return {"kind": type(outcome.error).__name__, "left": sorted(os.listdir(folder / "inputs"))}


def layers(addon, root, engine, blend, out):
    """Render a 3D scene as line art: first without a camera, then with one; return what the second Blender wrote."""
    module = stage.enable(addon, root, engine)
    tree = stage.clear(1, 2)
    scene = bpy.context.scene
    rendered = tree.nodes.new("CompositorNodeRLayers")
    node = stage.add_node(tree, rendered.outputs["Image"], rendered.outputs["Image"])
    bpy.ops.cmft.add_reference()
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    refused = stage.error_of(bpy.ops.cmft.colorize)
    bpy.ops.mesh.primitive_cube_add(size=1, location=(0, 0, 0))
    cube = bpy.context.object
    for frame in (1, 2):
        cube.location[0] = frame
        cube.keyframe_insert("location", frame=frame)
    bpy.ops.object.camera_add(location=(0, 0, 8))
    scene.camera = bpy.context.object
    scene.camera.data.type, scene.camera.data.ortho_scale = "ORTHO", 6
    nodes, shot_job, prep = (stage.part(module, name) for name in ("nodes", "shot_job", "prep"))
    request = shot_job.prepare(nodes.find_instance(scene, ""))
    said = []
    prep.Renderer(request.rendering).render(said.append)
    stage.writer(tree, rendered.outputs["Image"], out, "own")
    stage.render(out, 1, 2)
    return {"refused": refused, "said": said, "wanted": request.rendering.wanted, "left": stage.state(node)["state"],
            "plates": [request.rendering.plates("line").path(frame) for frame in (1, 2)],
            "reference": request.rendering.plates("ref").path(1)}

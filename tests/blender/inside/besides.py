"""Scenarios of what the node does besides colouring: freeze, export, regions, palettes, checks, one cache."""

import os

import bpy
import colouring
import stage


def freeze(addon, root, blend, out):
    """Freeze a coloured node, look at what hangs on what, render, and do it again when it is stale."""
    stage.enable(addon, root)
    bpy.ops.wm.open_mainfile(filepath=blend)
    tree = stage.compositor()
    node = tree.nodes["CMFT Colorize"]
    bpy.ops.ed.undo_push(message="before")
    writers = [stage.writer(tree, node.outputs[name], out, name) for name in stage.OUTPUTS]
    bpy.ops.cmft.freeze()
    frozen = tree.nodes.active
    found = {"kind": frozen.bl_idname, "label": frozen.label, "left": sum(len(one.links) for one in node.outputs),
             "hangs": sorted({writer.inputs[0].links[0].from_node.name for writer in writers} - {frozen.name}),
             "main": stage.output(tree).inputs[0].links[0].from_node == frozen}
    stage.render(out, 1000, 1004)
    values = node.node_tree.cmft
    values.gap_px += 3
    found["stale"] = stage.error_of(bpy.ops.cmft.freeze)
    values.on_stale = "OLD"
    found["old"] = sorted(bpy.ops.cmft.freeze())
    return found


def undo_freeze(addon, root, blend):
    """Freeze and undo; return what the picture hangs on after each."""
    stage.enable(addon, root)
    bpy.ops.wm.open_mainfile(filepath=blend)
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.cmft.freeze()
    bpy.ops.ed.undo_push(message="frozen")
    after = stage.output(stage.compositor()).inputs[0].links[0].from_node.bl_idname
    bpy.ops.ed.undo()
    return {"frozen": after, "undone": stage.output(stage.compositor()).inputs[0].links[0].from_node.bl_idname}


def export(addon, root, engine, shot, blend, through):
    """Export a job, from files or through a node that makes them no files; then colour."""
    stage.enable(addon, root, engine)
    node = colouring.scene_of(shot)
    if through:
        flip = node.id_data.nodes.new("CompositorNodeFlip")
        source = node.inputs["Line Art"].links[0].from_socket
        node.id_data.links.new(source, flip.inputs[0])
        node.id_data.links.new(flip.outputs[0], node.inputs["Line Art"])
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    result = sorted(bpy.ops.cmft.export_job())
    bpy.ops.wm.save_mainfile()
    return {"result": result}


def colour_again(addon, root, engine, blend):
    """Open the file of an exported job that was coloured elsewhere and colour it here."""
    stage.enable(addon, root, engine)
    bpy.ops.wm.open_mainfile(filepath=blend)
    node = stage.compositor().nodes["CMFT Colorize"]
    bpy.ops.cmft.colorize()
    return {"plates": stage.plates(node), **stage.state(node)}


def regions(addon, root, engine, shot, blend):
    """Draw regions of the current frame with two settings, of several frames, and of lines that are no files."""
    module = stage.enable(addon, root, engine)
    node = colouring.scene_of(shot, start=1)
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    bpy.context.scene.frame_set(2)
    bpy.ops.cmft.regions()
    cache = stage.part(module, "nodes").cache_folder(node.node_tree)
    folder = os.path.join(cache, "regions")
    found = {"one": sorted(os.listdir(folder)), "shown": _loaded(folder)}
    bpy.ops.cmft.regions(frames="1-3x2")
    found["some"], found["now"] = sorted(os.listdir(folder)), _loaded(folder)
    found["outside"] = stage.error_of(bpy.ops.cmft.regions, frames="9")
    node.inputs["Line Art"].links[0].from_node.image.colorspace_settings.name = "Non-Color"  # so it must be rendered
    bpy.ops.cmft.regions(frames="2")
    found["rendered"] = sorted(os.listdir(folder))
    return dict(found, folder=folder, state=stage.state(node))


def _loaded(folder):
    """Return the pictures of a folder that the file has."""
    return sorted(os.path.basename(image.filepath) for image in bpy.data.images
                  if os.path.dirname(bpy.path.abspath(image.filepath)) == folder)


def palettes(addon, root, engine, blend, day, night):
    """Extract a palette, twice; return what the node says."""
    stage.enable(addon, root, engine)
    bpy.ops.wm.open_mainfile(filepath=blend)
    values = stage.compositor().nodes["CMFT Colorize"].node_tree.cmft
    said = {"none": stage.error_of(bpy.ops.cmft.swap_palette, filepath=night),
            "no file": stage.error_of(bpy.ops.cmft.extract_palette)}
    bpy.ops.cmft.extract_palette(filepath=day)
    said.update(stored=values.palette, state=values.state,
                again=stage.error_of(bpy.ops.cmft.extract_palette, filepath=day))
    said["replaced"] = sorted(bpy.ops.cmft.extract_palette(filepath=day, overwrite=True))
    bpy.ops.wm.save_mainfile()
    return said


def swap(addon, root, engine, blend, out, night):
    """Swap the palette of a coloured node and render it and the new node."""
    stage.enable(addon, root, engine)
    bpy.ops.wm.open_mainfile(filepath=blend)
    node = stage.compositor().nodes["CMFT Colorize"]
    bpy.ops.cmft.colorize()
    bpy.ops.wm.save_mainfile()
    bpy.ops.cmft.swap_palette(filepath=night)
    tree = node.id_data
    swapped = tree.nodes.active
    stage.writer(tree, swapped.outputs[0], out, "night")
    stage.writer(tree, node.outputs["Color"], out, "day")
    stage.render(out, 1000, 1003)
    return {"label": swapped.label, "kind": swapped.bl_idname,
            "main": stage.output(tree).inputs[0].links[0].from_node == node}


def checks(addon, root, engine, shot, blend, report):
    """Colour, put a report with unsure regions beside the plates, and go through the list."""
    module = stage.enable(addon, root, engine)
    node = colouring.scene_of(shot, start=1)
    values = node.node_tree.cmft
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    said = {"before": values.review}
    bpy.ops.cmft.colorize()
    folder = stage.part(module, "results").shown_folder(node.node_tree)
    with open(report, encoding="utf-8") as stream:
        text = stream.read()
    (folder / "report.json").write_text(text, encoding="utf-8")
    bpy.ops.cmft.refresh()
    said["review"] = values.review
    said["checks"] = [[one.frame, one.regions, round(one.confidence, 4), one.reason] for one in values.checks]
    said["went"] = []
    for index in (1, 0):
        values.check_index = index
        said["went"].append(bpy.context.scene.frame_current)
    bpy.ops.cmft.show_frame(frame=2)
    said["went"].append(bpy.context.scene.frame_current)
    (folder / "report.json").write_text("{", encoding="utf-8")
    bpy.ops.cmft.refresh()
    said["damaged"] = [values.review, len(values.checks)]
    return said


def own_lines(addon, root, engine, shot, blend, sheet, sheet_lines):
    """Give references line art of their own: by the input, rendered, and in the list; return the jobs' references."""
    module = stage.enable(addon, root, engine)
    node = colouring.scene_of(shot)
    tree = node.id_data
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    signature, nodes = stage.part(module, "signature").signature, stage.part(module, "nodes")
    instance = nodes.find_instance(bpy.context.scene, "")
    bare = signature(instance)
    own = stage.image_node(tree, sheet_lines)
    tree.links.new(own.outputs[0], node.inputs["Reference Lines"])
    said = {"seen": signature(instance) != bare, "input": references(node)}
    flip = tree.nodes.new("CompositorNodeFlip")
    tree.links.new(own.outputs[0], flip.inputs[0])
    tree.links.new(flip.outputs[0], node.inputs["Reference Lines"])
    said["rendered"] = references(node)
    bpy.ops.cmft.add_reference(use_current=False, frame=1001)
    line = node.node_tree.cmft.references.add()
    line.path, line.lines, line.is_sheet = sheet, sheet_lines, True
    said["listed"] = references(node)
    line.lines = sheet_lines + ".gone.png"
    said["gone"] = stage.error_of(bpy.ops.cmft.colorize)
    tree.links.remove(node.inputs["Reference Lines"].links[0])
    node.node_tree.cmft.references.clear()
    said["back"] = signature(instance) == bare
    return said


def references(node):
    """Colour and return the job's references."""
    bpy.ops.cmft.colorize()
    return [[one["frame"], one["path"], one["lines"]] for one in colouring.job_of(node)["references"]]


def caches(addon, root, shot, blend, places):
    """Return the cache folder of a node for each of the ways in which one is set."""
    module = stage.enable(addon, root)
    node = colouring.scene_of(shot)
    folder_of, found = stage.part(module, "nodes").cache_folder, {}
    preferences = bpy.context.preferences.addons[addon].preferences
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    for name, own, common, variable in (("beside", "", "", ""), ("variable", "", "", places[0]),
                                        ("preference", "", places[1], places[0]), ("relative", "", "//all", ""),
                                        ("own", "//mine", places[1], places[0])):
        node.node_tree.cmft.cache, preferences.cache, os.environ["CMFT_CACHE"] = own, common, variable
        found[name] = str(folder_of(node.node_tree).parent)
    return found

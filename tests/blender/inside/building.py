"""Scenarios without the engine: registering, the node, its properties, copies of it, and what is refused."""

import os
import tempfile

import addon_utils
import bpy
import colouring
import stage


def handlers():
    """Return how many functions of the add-on each list of handlers holds."""
    lists = [name for name in dir(bpy.app.handlers) if isinstance(getattr(bpy.app.handlers, name), list)]
    return {name: count for name in lists
            if (count := sum("cmft" in found.__module__ or "blender_addon" in found.__module__
                             for found in getattr(bpy.app.handlers, name)))}


def traces():
    """Return what Blender knows of the add-on."""
    return {"types": sorted(name for name in dir(bpy.types) if "CMFT" in name),
            "operators": sorted(name for name in dir(bpy.ops.cmft)),
            "property": hasattr(bpy.types.NodeTree, "cmft"), "handlers": handlers()}


def register(addon, root):
    """Enable, disable, enable and disable."""
    found = []
    for _ in range(2):
        stage.enable(addon, root)
        found.append(traces())
        addon_utils.disable(addon, default_set=True)
        found.append(traces())
    return {"found": found}


def node(addon, root):
    """Build the node and return its sockets, and what Blender says of the settings' properties."""
    stage.enable(addon, root)
    tree = stage.clear(1, 3)
    found = stage.add_node(tree, None, None)
    values = found.node_tree.cmft
    stored = values.bl_system_properties_get(do_create=True) if bpy.app.version >= (5, 0, 0) else values
    stored["around"] = 3  # as a file has it that was saved before the setting was renamed
    bpy.ops.cmft.refresh()
    renamed = {"temporal_radius": values.temporal_radius, "left": "around" in stored}
    settings = {}
    for prop in values.bl_rna.properties:
        settings[prop.identifier] = {
            "label": prop.name, "kind": prop.type, "default": None if prop.type in ("POINTER", "COLLECTION")
            else prop.default, "low": getattr(prop, "hard_min", None), "high": getattr(prop, "hard_max", None),
            "choices": [item.identifier for item in prop.enum_items] if prop.type == "ENUM" else [],
            "help": prop.description}
    return {"idname": found.bl_idname, "inputs": [[s.name, s.type] for s in found.inputs],
            "outputs": [[s.name, s.type] for s in found.outputs], "settings": settings, "renamed": renamed,
            "inner": sorted(inner.bl_idname for inner in found.node_tree.nodes), **stage.state(found)}


def refusals(addon, root, shot, gone):
    """Ask for what cannot be and return each sentence by what was wrong."""
    stage.enable(addon, root)
    said = {}
    tree = stage.clear(1001, 1003)
    colorize = bpy.ops.cmft.colorize
    said["no node"] = stage.error_of(colorize)
    found = stage.add_node(tree, None, None)
    values = found.node_tree.cmft
    said["no line art"] = stage.error_of(colorize)
    line = stage.image_node(tree, f"{shot}/lines.1001.png", start=1001, offset=1000, count=3)
    tree.links.new(line.outputs[0], found.inputs["Line Art"])
    said["no reference"] = stage.error_of(colorize)
    reference = stage.image_node(tree, f"{shot}/painted.1001.png")
    tree.links.new(reference.outputs[0], found.inputs["Reference"])
    said["frames"] = stage.error_of(colorize, frames="1001-x")
    values.range = "CUSTOM"
    said["custom"] = stage.error_of(colorize)
    values.range, values.palette = "INPUT", gone
    said["palette"] = stage.error_of(colorize)
    values.palette = ""
    said["name"] = stage.error_of(colorize, node="Other")
    said["report"] = stage.error_of(bpy.ops.cmft.open_report)
    said["cryptomatte"] = stage.error_of(bpy.ops.cmft.add_cryptomatte)
    said["remove"] = stage.error_of(bpy.ops.cmft.remove_reference)
    line.frame_start, line.frame_offset = 1, 0
    said["shifted away"] = stage.error_of(colorize)
    line.frame_start, line.frame_offset = 1001, 1000
    for frame in (1001, 1001):
        values.references.add().frame = frame
    said["twice"] = stage.error_of(colorize)
    values.references.clear()
    twin = tree.nodes.new("CompositorNodeGroup")
    twin.node_tree = found.node_tree
    said["shared"] = stage.error_of(colorize)
    tree.nodes.remove(twin)
    reference.image.filepath = f"{shot}/painted.9999.png"
    said["gone"] = stage.error_of(colorize)
    reference.image = bpy.data.images.new("Unsaved", 64, 64)
    reference.image.pixels = [0.5] * (64 * 64 * 4)
    values.references.add().frame = 1001
    said["unsaved"] = stage.error_of(colorize)
    reference.image.pack()
    values.cache = f"{shot}/lines.1001.png/inside"
    said["no folder"] = stage.error_of(colorize)
    return {**said, **no_commands(addon), "taken apart": taken_apart(found)}


def no_commands(addon):
    """Write engine commands that are none and return what Test Engine says of them."""
    said = {}
    with tempfile.TemporaryDirectory(prefix="my ") as folder:
        open(f"{folder}/cmft", "w", encoding="utf-8").close()
        for name, command in (("quote", "'/opt/cmft run"), ("no program", "cmft-of-nowhere run"),
                              ("spaces", f"{folder}/cmft run")):
            bpy.context.preferences.addons[addon].preferences.engine = command
            said[name] = stage.error_of(bpy.ops.cmft.test_engine)
    return said


def taken_apart(found):
    """Take the plates' Image node out of a CMFT node and return what the node says of it."""
    found.node_tree.nodes.remove(found.node_tree.nodes["Result"])
    bpy.ops.cmft.refresh()
    return found.node_tree.cmft.status


def no_engine(addon, root, shot, blend, engine, missing):
    """Colour without an engine, in a new node and in one that has a result."""
    stage.enable(addon, root, missing)
    new = colouring.scene_of(shot)
    said = {"new": stage.error_of(bpy.ops.cmft.colorize), "new_state": stage.state(new),
            "test": stage.error_of(bpy.ops.cmft.test_engine)}
    bpy.ops.cmft.refresh()
    said["stays"] = stage.state(new)
    bpy.ops.wm.open_mainfile(filepath=blend)
    node = stage.compositor().nodes["CMFT Colorize"]
    said["coloured"] = stage.error_of(bpy.ops.cmft.colorize)
    said["coloured_state"] = stage.state(node)
    bpy.context.preferences.addons[addon].preferences.engine = engine
    said["tested"] = sorted(bpy.ops.cmft.test_engine())
    said["shown"] = bpy.context.preferences.addons[addon].preferences.found
    return said


def stale(addon, root, blend):
    """Change what the result was made from, and change it back; return the state after each step."""
    module = stage.enable(addon, root)
    bpy.ops.wm.open_mainfile(filepath=blend)
    node = stage.compositor().nodes["CMFT Colorize"]
    values = node.node_tree.cmft
    states = {"opened": values.state}

    def after(name):
        bpy.ops.cmft.refresh()
        states[name] = values.state

    values.gap_px += 1
    after("setting")
    states["sentence"], states["label"] = values.status, node.label
    values.gap_px -= 1
    after("setting back")
    line = node.inputs["Line Art"].links[0].from_node
    line.frame_offset += 1
    after("offset")
    line.frame_offset -= 1
    line.location = (-700, 30)
    line.name = "Other name"
    after("moved and renamed")
    path = bpy.path.abspath(line.image.filepath)
    found = os.stat(path)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns + 2_000_000_000))
    after("touched plate")
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    after("touched back")
    results = stage.part(module, "results")
    folder = results.shown_folder(node.node_tree)
    os.rename(folder, f"{folder}.away")
    after("plates gone")
    states["gone"] = values.status
    os.rename(f"{folder}.away", folder)
    after("plates back")
    look = folder / "node.json"
    text = look.read_text()
    look.write_text(text.replace(values.signature, "0" * 24))
    after("coloured by a later version")
    look.write_text(text)
    after("coloured as here")
    node.label = "CMFT of my own"
    after("titled")
    states["title"] = node.label
    return states


def graph(addon, root):
    """Build a chain of nodes before the node; return the signature after each change in it, by the change's name."""
    module = stage.enable(addon, root)
    tree = stage.clear(1, 3)
    layers, curves = tree.nodes.new("CompositorNodeRLayers"), tree.nodes.new("CompositorNodeCurveRGB")
    inner = bpy.data.node_groups.new("Inner", "CompositorNodeTree")
    group = tree.nodes.new("CompositorNodeGroup")
    group.node_tree = inner
    inside = inner.nodes.new("ShaderNodeGamma" if bpy.app.version >= (5, 0, 0) else "CompositorNodeGamma")
    end = inner.nodes.new("NodeGroupOutput")
    stage.part(module, "compat").new_socket(inner, "Image", is_output=True, kind="NodeSocketColor")
    image = next(entry for entry in curves.inputs if entry.name in ("Image", "Color"))
    tree.links.new(layers.outputs["Image"], image)
    stage.add_node(tree, curves.outputs[0], group.outputs[0])
    instance = stage.part(module, "nodes").find_instance(bpy.context.scene, "")
    found = {}

    def after(name):
        found[name] = stage.part(module, "signature").signature(instance)

    after("first")
    after("nothing")
    layers.scene = bpy.data.scenes.new("Other")
    after("scene")
    curves.mapping.curves[3].points[1].location = (1.0, 0.5)
    after("curve")
    inside.inputs[1].default_value = 2.0
    after("value in a group")
    link = inner.links.new(inside.outputs[0], end.inputs[0])
    after("link in a group")
    link.is_muted = True
    after("muted link in a group")
    values_and_links(tree, curves, after)
    return found


def values_and_links(tree, curves, after):
    """Put a constant, other sockets, muted links and keys between the node and what it hangs on."""
    node = tree.nodes["CMFT Colorize"]
    over, plain, bend = (tree.nodes.new(kind) for kind in ("CompositorNodeAlphaOver", "CompositorNodeRGB",
                                                          "NodeReroute"))
    pictures = [entry for entry in over.inputs if entry.type == "RGBA"]
    factor = next(entry for entry in over.inputs if entry.type == "VALUE")
    tree.links.new(curves.outputs[0], bend.inputs[0])
    tree.links.new(bend.outputs[0], pictures[0])
    tree.links.new(over.outputs[0], node.inputs["Line Art"])
    after("a node between")
    tree.links.remove(pictures[0].links[0])
    tree.links.new(bend.outputs[0], pictures[1])
    after("other socket")
    tree.links.new(plain.outputs[0], pictures[0])
    after("constant")
    plain.outputs[0].default_value = (1.0, 0.5, 0.0, 1.0)
    after("value of the constant")
    bend.inputs[0].links[0].is_muted = True
    after("muted link")
    for frame, value in ((1, 0.25), (3, 0.75)):
        factor.default_value = value
        factor.keyframe_insert("default_value", frame=frame)
    bpy.context.scene.frame_set(1)
    after("keys")
    bpy.context.scene.frame_set(3)
    after("playhead")
    factor.default_value = 0.5
    factor.keyframe_insert("default_value", frame=3)
    after("other keys")


def copies(addon, root, blend, out):
    """Duplicate node and group, undo and redo, and return who is who after each step."""
    module = stage.enable(addon, root)
    bpy.ops.wm.open_mainfile(filepath=blend)
    nodes = stage.part(module, "nodes")
    tree = stage.compositor()
    node = tree.nodes["CMFT Colorize"]
    bpy.ops.ed.undo_push(message="before")
    twin = tree.nodes.new("CompositorNodeGroup")
    twin.node_tree = node.node_tree.copy()
    twin.name = "Twin"
    first, second = nodes.own_identity(node.node_tree), nodes.own_identity(twin.node_tree)
    again = nodes.own_identity(node.node_tree)
    node.node_tree.name = "Renamed"
    renamed = nodes.own_identity(node.node_tree)
    stage.write_outputs(twin, out, 1002, 1002)
    values = node.node_tree.cmft
    values.gap_px = 9
    bpy.ops.ed.undo_push(message="changed")
    bpy.ops.ed.undo()
    node = stage.compositor().nodes["CMFT Colorize"]
    undone = {"gap": node.node_tree.cmft.gap_px, "nodes": len(list(nodes.instances(bpy.context.scene))),
              **stage.state(node)}
    bpy.ops.ed.redo()
    node = stage.compositor().nodes["CMFT Colorize"]
    redone = {"gap": node.node_tree.cmft.gap_px, "nodes": len(list(nodes.instances(bpy.context.scene)))}
    return {"ids": [first, second, again, renamed], "undone": undone, "redone": redone}


def brought(addon, root, engine, blend, out, link):
    """Append or link the coloured group into a new file and render it; try to colour it."""
    stage.enable(addon, root, engine)
    tree = stage.clear(1001, 1003)
    with bpy.data.libraries.load(blend, link=link) as (there, here):
        here.node_groups = [name for name in there.node_groups if name.startswith("CMFT")]
    node = tree.nodes.new("CompositorNodeGroup")
    node.name = "CMFT Colorize"
    node.node_tree = here.node_groups[0]
    tree.links.new(node.outputs["Color"], stage.output(tree).inputs[0])
    stage.write_outputs(node, out, 1001, 1003)
    bpy.ops.cmft.refresh()
    return {"library": bool(node.node_tree.library), "refused": stage.error_of(bpy.ops.cmft.colorize),
            **stage.state(node)}


def older(addon, root, engine, shot, blend, mode):
    """Make a group as layout 1 had it, open the file, and return what has become of it; then colour it."""
    module = stage.enable(addon, root, engine)
    node = colouring.scene_of(shot)
    tree, compat = node.node_tree, stage.part(module, "compat")
    later = ("Flats", "Unknown", "Kind", "Reference Lines")
    for item in [item for item in tree.interface.items_tree if item.name in later]:
        tree.interface.remove(item)
    inputs = [item for item in tree.interface.items_tree if item.in_out == "INPUT"]
    tree.interface.move(inputs[1], 0)  # Reference was the first
    tree.cmft.version = 1
    if mode:
        tree.cmft.mode = mode
    before = [entry.name for entry in node.inputs], compat.socket_names(tree)
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    tree.cmft.version = 1  # saving looked at it
    bpy.ops.cmft.refresh()
    node = stage.compositor().nodes["CMFT Colorize"]
    bpy.ops.cmft.colorize()
    return {"before": before, "inputs": [entry.name for entry in node.inputs], "mode": node.node_tree.cmft.mode,
            "outputs": [entry.name for entry in node.outputs], "version": node.node_tree.cmft.version,
            "edges": node.node_tree.cmft.edges, "job": colouring.job_of(node), **stage.state(node)}


def moves(addon, root, engine, shot, blend, other):
    """Add a correction beside the file, save it elsewhere, move it away; return what is stored and found each time."""
    module = stage.enable(addon, root, engine)
    node = colouring.scene_of(shot)
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    bpy.context.scene.frame_set(1003)
    bpy.ops.cmft.add_correction(filepath=os.path.join(shot, "painted.1001.png"))
    bpy.ops.cmft.colorize()
    places = stage.part(module, "places")

    def found():
        values = stage.compositor().nodes["CMFT Colorize"].node_tree.cmft
        path = values.references[-1].path
        return {"stored": path, "there": os.path.isfile(bpy.path.abspath(places.whole_path(values, path))),
                "state": values.state}

    said = {"beside": found()}
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    bpy.ops.wm.save_as_mainfile(filepath=other)
    bpy.ops.wm.open_mainfile(filepath=other)
    said["elsewhere"] = found()
    values = stage.compositor().nodes["CMFT Colorize"].node_tree.cmft
    values.references[-1].path = "//gone.png"
    said["gone"] = stage.error_of(bpy.ops.cmft.colorize)
    results, nodes = stage.part(module, "results"), stage.part(module, "nodes")
    said["drawn"] = results.quick_missing(nodes.find_instance(bpy.context.scene, ""))
    del node
    return said


def stills(addon, root, engine, shot, blend):
    """Take one painted still as the reference of its frame, of another, and of two; return what the node says."""
    stage.enable(addon, root, engine)
    node = colouring.scene_of(shot)
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    said = {}
    for name, frames in (("own", (1001,)), ("other", (1003,)), ("two", (1001, 1003))):
        node.node_tree.cmft.references.clear()
        for frame in frames:
            bpy.ops.cmft.add_reference(use_current=False, frame=frame)
        listed = node.node_tree.cmft.references
        while listed[0].frame not in frames:
            listed.remove(0)
        bpy.ops.cmft.colorize()
        said[name] = node.node_tree.cmft.status
    return said


class _Playing:
    """A context whose screens play or not."""

    def __init__(self, is_playing):
        self.window_manager = self
        self.windows = [self]
        self.screen = self
        self.is_animation_playing = is_playing


class _Key:
    """A key that is pressed."""

    def __init__(self, name):
        self.type, self.value = name, "PRESS"


def keys(addon, root):
    """Say which keys cancel a run, while nothing plays and while it does."""
    watching = stage.part(stage.enable(addon, root), "watching")
    return {name: [watching.is_cancel(_Key(name), _Playing(plays)) for plays in (False, True)]
            for name in ("ESC", "A")}

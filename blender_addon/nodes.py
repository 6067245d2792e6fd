"""The CMFT node group: made, found, identified, and shown a result. Main thread only.

It is a plain group of Blender's own nodes: Group Input, an Image node that reads the coloured plates, Group Output.
So a file renders the same pixels where the add-on is not installed.
"""

from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Optional

import bpy

from cmft_engine.protocol.errors import InputError
from cmft_engine.protocol.host.identity import cache_folder as folder_of_all
from cmft_engine.protocol.host.identity import identity
from cmft_engine.protocol.host.sequences import Plates, numbers_on_disk, plate_path

from . import compat
from .names import (
    ALPHA,
    COLOR,
    CONFIDENCE,
    ERROR,
    FLATS,
    GROUP,
    HOLD,
    INPUTS,
    KIND,
    LAYOUT_VERSION,
    MATTES,
    RESULT,
    TITLES,
    UNKNOWN,
)
from .preferences import common_cache

_SOURCES = ((COLOR, ("Combined", "Image")), (ALPHA, ("Alpha",)), (CONFIDENCE, ("confidence", "confidence.Y")),
            (FLATS, ("flats",)), (UNKNOWN, ("unknown", "unknown.Y")), (KIND, ("kind", "kind.Y")))
_LATER = (FLATS, UNKNOWN, KIND)  # plates of an older engine have none
_OUTPUTS = ((COLOR, "NodeSocketColor"), (ALPHA, "NodeSocketFloat"), (CONFIDENCE, "NodeSocketFloat"),
            (FLATS, "NodeSocketColor"), (UNKNOWN, "NodeSocketFloat"), (KIND, "NodeSocketFloat"))
_AUTO = 2  # the first layout whose mode is auto where none is set
_FAR = 100000  # frames before and after the plates, at which the Image node looks for a file and finds none
_LAST = 1000000  # no scene has this frame


class NodeInstance(NamedTuple):
    """A node that shows a CMFT group: the scene, the tree that it stands in, the node and its group."""

    scene: Any
    tree: Any
    node: Any
    group: Any

    @property
    def name(self) -> str:
        """What messages call it."""
        return str(self.node.name)


def new_group() -> Any:
    """Make a CMFT group that shows nothing yet."""
    tree = bpy.data.node_groups.new(GROUP, "CompositorNodeTree")
    for name in INPUTS:
        compat.new_socket(tree, name, is_output=False, kind="NodeSocketColor")
    for name, kind in _OUTPUTS:
        compat.new_socket(tree, name, is_output=True, kind=kind)
    entry, result, exit_ = (tree.nodes.new(kind) for kind in ("NodeGroupInput", "CompositorNodeImage",
                                                               "NodeGroupOutput"))
    entry.location, result.location, exit_.location = (-300, 200), (0, 0), (400, 0)
    result.name = result.label = RESULT
    tree.cmft.version = LAYOUT_VERSION
    return tree


def take_layout(group: Any) -> None:
    """Give a group that an older CMFT has made what those of today have; its values and its links stay."""
    values = group.cmft
    if not 0 < values.version < LAYOUT_VERSION or group.library is not None:
        return
    known = compat.socket_names(group)
    for name, kind in _OUTPUTS:
        if name not in known:
            compat.new_socket(group, name, is_output=True, kind=kind)
    for name in INPUTS:
        if name not in known:
            compat.new_socket(group, name, is_output=False, kind="NodeSocketColor")
    if values.version < _AUTO and not values.is_property_set("mode"):
        values.mode = "flats"  # the default of then
    values.version = LAYOUT_VERSION
    image = result_node(group).image
    if image is not None:
        _link_result(group, result_node(group))
        place_frames(group, shift_of(result_node(group)))


def add_node(tree: Any) -> Any:
    """Put a new CMFT node into a compositor tree and return it."""
    node = tree.nodes.new("CompositorNodeGroup")
    node.node_tree = new_group()
    node.name = GROUP
    node.width = 200
    show_label(node)
    return node


def is_cmft(tree: Any) -> bool:
    """Say whether a node tree is a CMFT group."""
    return tree is not None and getattr(tree, "cmft", None) is not None and tree.cmft.version > 0


def all_groups() -> List[Any]:
    """Return every CMFT group of the file."""
    return [tree for tree in bpy.data.node_groups if is_cmft(tree)]


def instances(scene: Any) -> Iterator[NodeInstance]:
    """Yield the CMFT nodes of a scene's compositor, those inside of other groups too."""
    waiting, seen = [compat.compositor(scene)], set()
    while waiting:
        tree = waiting.pop()
        if tree is None or tree.as_pointer() in seen:
            continue
        seen.add(tree.as_pointer())
        for node in tree.nodes:
            inner = getattr(node, "node_tree", None)
            if is_cmft(inner):
                yield NodeInstance(scene, tree, node, inner)
            elif inner is not None:
                waiting.append(inner)


def find_instance(scene: Any, name: str) -> NodeInstance:
    """Return the CMFT node of a name; "" takes the active one, else the only one. Raises InputError."""
    found = list(instances(scene))
    if name:
        named = [instance for instance in found if instance.node.name == name]
        if not named:
            raise InputError("scene {}: there is no CMFT node {!r}; there are: {}".format(
                scene.name, name, ", ".join(one.name for one in found) or "none, add one with Add, CMFT Colorize"))
        return named[0]
    active = [instance for instance in found if instance.tree.nodes.active == instance.node]
    if len(found) != 1 and len(active) != 1:
        raise InputError("scene {}: {}".format(scene.name, "which CMFT node? Make one active, or give its name"
                         if found else "there is no CMFT node; add one with Add, CMFT Colorize"))
    return active[0] if len(active) == 1 else found[0]


def editable(instance: NodeInstance) -> NodeInstance:
    """Return the node when its group can be coloured, else raise InputError."""
    if instance.group.library is not None:
        raise InputError("{}: it is linked from {}; colour it there, or make it local first".format(
            instance.name, instance.group.library.filepath))
    if instance.group.cmft.version > LAYOUT_VERSION:
        raise InputError("{}: it was made by a newer CMFT; update the add-on".format(instance.name))
    twins = [other for other in instances(instance.scene) if other.group == instance.group]
    if len(twins) > 1:
        raise InputError("{}: {} nodes share this group, and it shows one result; press the number beside its name "
                         "to make it single-user".format(instance.name, len(twins)))
    return instance


def own_identity(group: Any) -> str:
    """Return the group's identity; a new group gets one, a copy a new one, a renamed one keeps its own."""
    known = group.cmft
    twins = [other for other in all_groups() if other.cmft.uid == known.uid and other != group]
    uid = identity(str(known.uid), owner=known.owner, name=group.name, has_twin=bool(twins))
    if known.uid != uid:
        known.uid = uid
    if known.owner != group.name:
        known.owner = group.name
    return uid


def find_group(uid: str) -> Optional[Any]:
    """Return the group that a run was started for, None when it is gone."""
    return next((group for group in all_groups() if group.cmft.uid == uid and group.library is None), None)


def instance_of(uid: str) -> Optional[NodeInstance]:
    """Return a node by its group's identity, None when it is gone."""
    group = find_group(uid)
    found = (instance for scene in bpy.data.scenes for instance in instances(scene) if instance.group == group)
    return None if group is None else next(found, None)


def cache_folder(group: Any) -> Path:
    """Return the group's own folder, in the cache folder that is set or that the .blend file's place gives."""
    file = str(bpy.data.filepath)
    own, common = (_whole_folder(given, file) for given in (group.cmft.cache.strip(), common_cache()))
    return folder_of_all(own, file, "blender", common) / own_identity(group)


def _whole_folder(given: str, file: str) -> str:
    """Return a folder that is set, "" for one that is relative to a file without a place."""
    return "" if not given or (given.startswith("//") and not file) else str(bpy.path.abspath(given))


def result_node(group: Any) -> Any:
    """Return the Image node inside of the group. Raises InputError when someone has removed it."""
    node = group.nodes.get(RESULT)
    if node is None or node.bl_idname != "CompositorNodeImage":
        raise InputError("{}: the node {} inside of it is gone; add a new CMFT node".format(group.name, RESULT))
    return node


def show_result(group: Any, plates: Plates, first: int, last: int) -> None:
    """Let the group show plates at these frames of the scene: always through a new Image, or a window goes on to
    show the old pixels."""
    node, (some, *_) = result_node(group), numbers_on_disk(plates.pattern)  # a run has made one at least
    old = node.image
    node.image = load_plates(plate_path(plates.pattern, some), "{} plates".format(group.name))
    node.use_cyclic, node.use_auto_refresh = False, True
    group.cmft.first, group.cmft.last = first, last
    _link_result(group, node)
    for matte in _matte_nodes(old):
        set_mattes(matte, node)
    place_frames(group, plates.shift)
    if old is not None and old.users == 0:
        bpy.data.images.remove(old)


def reload_plates(group: Any) -> None:
    """Let everything that shows the plates of a group read them anew, each as it is looked at.

    Through a new Image, as `show_result` has it; whoever showed the old one shows the new one at the same frames.
    """
    node, values = result_node(group), group.cmft
    old = node.image
    if old is None:
        return
    name = old.name
    new = load_plates(str(bpy.path.abspath(old.filepath, library=old.library)), name)
    old.user_remap(new)
    bpy.data.images.remove(old)
    new.name = name
    _link_result(group, node)
    for matte in _matte_nodes(new):
        set_mattes(matte, node)
    place_frames(group, values.shift)


def load_plates(path: str, name: str) -> Any:
    """Return a new Image of a sequence of plates by one of its files."""
    image = bpy.data.images.load(_stored(path), check_existing=False)
    image.name, image.source = name, "SEQUENCE"
    compat.set_linear(image)
    return image


def shift_of(node: Any) -> int:
    """Return what is added to a frame of the scene to get the number of the plate that an Image node shows."""
    return int(node.frame_offset - node.frame_start + 1)


def place_frames(group: Any, shift: int) -> None:
    """Let plates be shown at their frames, and outside of the range nothing, or the first and the last plate.

    An Image node goes on to show the file of the frame before its start, and the last one after its end. So it gets
    plates that are not there on both sides, or a start one frame late.
    """
    values, node = group.cmft, result_node(group)
    start = values.first - _FAR if values.first < 2 else max(2, values.first - _FAR)
    count, offset = values.last - start + _FAR, start - 1 + shift
    if values.outside == HOLD:
        is_one = values.last <= values.first
        start, count = (_LAST, 1) if is_one else (values.first + 1, values.last - values.first)
        offset = values.first + shift
    node.frame_start, node.frame_offset, node.frame_duration = start, offset, count
    values.shift = shift
    for matte in _matte_nodes(node.image):
        _place_matte(matte, node)


def _place_matte(matte: Any, shown: Any) -> None:
    """Let a Cryptomatte node show its plates at the frames of a result node.

    Blender 5.2 lists layers only for a sequence without the frame 0; a shot that begins so early is held before it.
    """
    start, offset = shown.frame_start, shown.frame_offset
    if start < 2:
        first = shown.id_data.cmft.first
        start, offset = first + 1, first + shift_of(shown)
    matte.frame_start, matte.frame_offset, matte.frame_duration = start, offset, shown.frame_duration
    matte.use_cyclic, matte.use_auto_refresh = shown.use_cyclic, shown.use_auto_refresh


def show_or_not(group: Any, *, is_stale: bool) -> None:
    """Let a stale result be seen or not, as the node's choice says."""
    node, is_mute = result_node(group), is_stale and group.cmft.on_stale == ERROR
    if node.mute != is_mute:
        node.mute = is_mute


def _stored(path: str) -> str:
    """Return a path as the file keeps it: relative to the .blend, so that both can be moved together."""
    if not bpy.data.filepath:
        return path
    try:
        return str(bpy.path.relpath(path))
    except ValueError:  # another drive
        return path


def result_outputs(node: Any) -> Dict[str, Any]:
    """Return the outputs of an Image node on plates by the names of a CMFT node's."""
    found = {name: next((node.outputs[one] for one in sources if one in node.outputs), None)
             for name, sources in _SOURCES}
    return {name: output for name, output in found.items() if output is not None}


def _link_result(group: Any, node: Any) -> None:
    exit_ = next((found for found in group.nodes if found.bl_idname == "NodeGroupOutput"), None)
    if exit_ is None:
        raise InputError("{}: the Group Output inside of it is gone; add a new CMFT node".format(group.name))
    outputs = result_outputs(node)
    for name, _ in _SOURCES:
        source = outputs.get(name)
        if source is None and name in _LATER:
            continue
        if source is None:
            raise InputError("{}: {} has no {}; was it written by another program? Press Colorize again".format(
                group.name, node.image.filepath, name))
        if not any(link.from_socket == source for link in exit_.inputs[name].links):
            group.links.new(source, exit_.inputs[name])


def _matte_nodes(image: Optional[Any]) -> List[Any]:
    """Return the Cryptomatte nodes of the file that read an image."""
    if image is None:
        return []
    trees = [compat.compositor(scene) for scene in bpy.data.scenes] + list(bpy.data.node_groups)
    return [node for tree in trees if tree is not None and tree.library is None for node in tree.nodes
            if node.bl_idname == "CompositorNodeCryptomatteV2" and node.source == "IMAGE" and node.image == image]


def add_mattes(instance: NodeInstance) -> Any:
    """Put Blender's own Cryptomatte node beside a coloured CMFT node, set to the mattes of the palette."""
    shown = result_node(instance.group)
    if shown.image is None:
        raise InputError("{}: it is not coloured yet; press Colorize first".format(instance.name))
    node = instance.tree.nodes.new("CompositorNodeCryptomatteV2")
    node.location = (instance.node.location[0] + instance.node.width + 60, instance.node.location[1] - 260)
    node.source = "IMAGE"
    set_mattes(node, shown)
    instance.tree.links.new(instance.node.outputs[COLOR], node.inputs["Image"])
    return node


def set_mattes(matte: Any, shown: Any) -> None:
    """Let a Cryptomatte node read the plates of a result node; the colours that it picks stay."""
    picked = matte.matte_id
    matte.image = shown.image
    _place_matte(matte, shown)
    if matte.layer_name != MATTES:
        matte.layer_name = MATTES
    matte.matte_id = picked


def show_label(node: Any) -> None:
    """Write the state into the node's title, unless someone has given it a title of their own."""
    title = TITLES[node.node_tree.cmft.state]
    if node.label != title and node.label in ("", *TITLES.values()):
        node.label = title

"""What the other buttons do: add a node, references, Cryptomatte, report, state, the engine's test."""

import sys
import webbrowser
from typing import Any

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty

from cmft_engine.protocol.errors import InputError

from . import compat
from .engine import engine_command, examine
from .nodes import NodeInstance, add_mattes, add_node, editable
from .operators import chosen, node_argument
from .places import stored_path
from .preferences import preferences, written_command
from .references import implied_references
from .results import refresh, refresh_all, report_file
from .watching import Result, told


class CMFT_OT_add_node(bpy.types.Operator):
    """Add a node that colours the line art of a shot from painted frames"""

    bl_idname = "cmft.add_node"
    bl_label = "CMFT Colorize"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: Any) -> Result:
        """Add it to the tree that is edited, else to the scene's compositor."""
        space = context.space_data
        is_editor = space is not None and space.type == "NODE_EDITOR" and space.tree_type == "CompositorNodeTree"
        tree = space.edit_tree if is_editor and space.edit_tree else compat.ensure_compositor(context.scene)
        node = add_node(tree)
        if is_editor:
            node.location = space.cursor_location
        compat.show_only(tree, node)
        return {"FINISHED"}

    def invoke(self, context: Any, event: Any) -> Result:
        """Put it under the mouse, which it follows until a click as Blender's own nodes do: onto a wire, too."""
        space = context.space_data
        is_in_view = space is not None and space.type == "NODE_EDITOR" and context.region.type == "WINDOW"
        if is_in_view:
            space.cursor_location_from_region(event.mouse_region_x, event.mouse_region_y)
        result = self.execute(context)
        if is_in_view:
            bpy.ops.node.translate_attach_remove_on_cancel("INVOKE_DEFAULT")
        return result


class CMFT_OT_add_reference(bpy.types.Operator):
    """Make the current frame a reference: the Reference input shows it painted"""

    bl_idname = "cmft.add_reference"
    bl_label = "Add Reference Frame"
    bl_options = {"REGISTER", "UNDO"}

    __annotations__ = {
        "node": node_argument(),
        "use_current": BoolProperty(name="Current Frame", default=True,
                                    description="Take the scene's current frame instead of Frame"),
        "frame": IntProperty(name="Frame", description="The frame of the scene"),
    }

    def execute(self, context: Any) -> Result:
        """Add a line to the list."""
        frame = context.scene.frame_current if self.use_current else self.frame
        return told(self, lambda: add_line(chosen(context, self.node), frame, ""))


class CMFT_OT_add_correction(bpy.types.Operator):
    """Make a repainted picture the reference of the current frame"""

    bl_idname = "cmft.add_correction"
    bl_label = "Add Correction"
    bl_options = {"REGISTER", "UNDO"}

    __annotations__ = {
        "node": node_argument(),
        "filepath": StringProperty(name="File", subtype="FILE_PATH", description="The repainted frame"),
        "filter_image": BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"}),
        "filter_folder": BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"}),
    }

    def invoke(self, context: Any, event: Any) -> Result:
        """Ask for the file."""
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: Any) -> Result:
        """Add a line to the list, or put the file into the line of this frame."""
        return told(self, lambda: self._add(context))

    def _add(self, context: Any) -> None:
        if not self.filepath:
            raise InputError("no file was chosen; choose the repainted frame")
        add_line(chosen(context, self.node), context.scene.frame_current, self.filepath)


def add_line(instance: NodeInstance, frame: int, path: str) -> None:
    """Put a reference on the node's list; an empty list is first filled with what it stands for."""
    listed = editable(instance).group.cmft.references
    if not len(listed):
        for implied in implied_references(instance):
            listed.add().frame = implied
    at = next((index for index, one in enumerate(listed) if one.frame == frame and not one.is_sheet), len(listed))
    line = listed[at] if at < len(listed) else listed.add()
    line.frame, line.path = frame, stored_path(path)
    instance.group.cmft.reference_index = at
    refresh(instance)


class CMFT_OT_remove_reference(bpy.types.Operator):
    """Take the selected reference off the list"""

    bl_idname = "cmft.remove_reference"
    bl_label = "Remove Reference"
    bl_options = {"REGISTER", "UNDO"}

    __annotations__ = {"node": node_argument()}

    def execute(self, context: Any) -> Result:
        """Remove the line."""
        return told(self, lambda: self._remove(context))

    def _remove(self, context: Any) -> None:
        instance = editable(chosen(context, self.node))
        values = instance.group.cmft
        if not len(values.references):
            raise InputError("{}: the list of references is empty".format(instance.name))
        values.references.remove(min(values.reference_index, len(values.references) - 1))
        values.reference_index = max(0, values.reference_index - 1)
        refresh(instance)


class CMFT_OT_add_cryptomatte(bpy.types.Operator):
    """Add Blender's Cryptomatte node, set to the palette: pick a colour to get its matte"""

    bl_idname = "cmft.add_cryptomatte"
    bl_label = "Add Cryptomatte"
    bl_options = {"REGISTER", "UNDO"}

    __annotations__ = {"node": node_argument()}

    def execute(self, context: Any) -> Result:
        """Add it beside the node."""
        return told(self, lambda: self._add(context))

    def _add(self, context: Any) -> None:
        add_mattes(chosen(context, self.node))


class CMFT_OT_open_report(bpy.types.Operator):
    """Open the report of the last run in the browser: what to check by hand"""

    bl_idname = "cmft.open_report"
    bl_label = "Open Report"

    __annotations__ = {"node": node_argument()}

    def execute(self, context: Any) -> Result:
        """Open it, or say where it is when there is no window."""
        return told(self, lambda: self._open(context))

    def _open(self, context: Any) -> str:
        path = report_file(chosen(context, self.node)).resolve()
        if not bpy.app.background:
            webbrowser.open(path.as_uri())
        return str(path)


class CMFT_OT_refresh(bpy.types.Operator):
    """Look whether inputs and files have changed, and store each node's state"""

    bl_idname = "cmft.refresh"
    bl_label = "Refresh State"

    def execute(self, context: Any) -> Result:
        """Look at every node of the file."""
        return told(self, refresh_all)


class CMFT_OT_test_engine(bpy.types.Operator):
    """Start the engine and let it say its version and device, and colour a small drawing"""

    bl_idname = "cmft.test_engine"
    bl_label = "Test Engine"

    def execute(self, context: Any) -> Result:
        """Show what it says in the preferences, and on stdout when there is no window."""
        return told(self, _test_engine)


def _test_engine() -> str:
    command = engine_command(written_command())
    said = "{}\n{}".format(" ".join(command), examine(command))
    found = preferences()
    if found is not None:
        found.found = said
    if bpy.app.background:
        sys.stdout.write(said + "\n")
        sys.stdout.flush()
    return "the engine is in order"


CLASSES = (
    CMFT_OT_add_node, CMFT_OT_add_reference, CMFT_OT_add_correction, CMFT_OT_remove_reference,
    CMFT_OT_add_cryptomatte, CMFT_OT_open_report, CMFT_OT_refresh, CMFT_OT_test_engine,
)

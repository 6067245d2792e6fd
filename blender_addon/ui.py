"""The sidebar tab and the line in the Add menu. Draws only; what is true is asked of `results`."""

from typing import Any, Optional, Sequence

import bpy

from cmft_engine.protocol.errors import CmftError
from cmft_engine.protocol.host.state import ENGINE_MISSING, INCOMPLETE, NOT_COLOURED, READY, STALE
from cmft_engine.protocol.plain import counted
from cmft_engine.protocol.settings import SETTINGS

from . import compat
from .names import CUSTOM
from .nodes import NodeInstance, find_instance, instances, is_cmft
from .results import quick_missing, quick_state
from .runner import running

_ICONS = {NOT_COLOURED: "INFO", READY: "CHECKMARK", INCOMPLETE: "ERROR", STALE: "ERROR", ENGINE_MISSING: "ERROR"}
_LINE_LENGTH = 29  # characters that fit the sidebar at its usual width
_MISSING = 3  # so many files that are not there are named below the list
_OUTPUT = ("input_space", "output_space", "device")


def draw_menu(menu: Any, context: Any) -> None:
    """Add the node's line to the compositor's Add menu."""
    if context.space_data.tree_type == "CompositorNodeTree":
        menu.layout.separator()
        menu.layout.operator("cmft.add_node", icon="BRUSH_DATA")


def shown_instance(context: Any) -> Optional[NodeInstance]:
    """Return the CMFT node that the sidebar is about, None when there is no telling."""
    space, node = context.space_data, context.active_node
    if node is not None and is_cmft(getattr(node, "node_tree", None)):
        return NodeInstance(context.scene, space.edit_tree, node, node.node_tree)
    try:
        return find_instance(context.scene, "")
    except CmftError:
        return None


class CMFT_UL_references(bpy.types.UIList):
    """The painted frames."""

    def draw_item(self, context: Any, layout: Any, data: Any, item: Any, icon: Any, active: Any, name: Any) -> None:
        """Draw one line."""
        row = layout.row(align=True)
        row.prop(item, "frame", text="", emboss=False)
        row.prop(item, "path", text="", emboss=False, placeholder="Reference input") if compat.HAS_EXTENSIONS \
            else row.prop(item, "path", text="", emboss=False)
        row.prop(item, "is_sheet", text="", icon="OUTLINER_OB_IMAGE")


class CMFT_UL_checks(bpy.types.UIList):
    """The frames to check, the least sure first."""

    def draw_item(self, context: Any, layout: Any, data: Any, item: Any, icon: Any, active: Any, name: Any) -> None:
        """Draw one line; its number goes to the frame, also when the line is selected already."""
        row = layout.row(align=True)
        row.operator("cmft.show_frame", text=str(item.frame), emboss=False).frame = item.frame
        row.label(text=counted(item.regions, "region"))
        row.label(text="{:.0%} sure".format(item.confidence))


class _Panel:
    """Where the panels are: the sidebar of the compositor, tab CMFT."""

    bl_space_type = "NODE_EDITOR"
    bl_region_type = "UI"
    bl_category = "CMFT"

    @classmethod
    def poll(cls, context: Any) -> bool:
        """Only in the compositor."""
        return bool(context.space_data.tree_type == "CompositorNodeTree")


class CMFT_PT_node(_Panel, bpy.types.Panel):
    """State, buttons, range and references."""

    bl_label = "CMFT Colorize"

    def draw(self, context: Any) -> None:
        """Draw what the active CMFT node needs."""
        instance = shown_instance(context)
        if instance is None:
            words = "Select a CMFT node." if any(instances(context.scene)) else "No CMFT node yet."
            draw_text(self.layout, words, "INFO")
            self.layout.operator("cmft.add_node", text="Add CMFT Colorize", icon="ADD")
            return
        self.layout.label(text=instance.node.name, icon="NODETREE")
        _draw_state(self.layout, instance)
        _draw_range(self.layout, instance)
        _draw_references(self.layout, instance)


def draw_text(layout: Any, text: str, icon: str) -> None:
    """Draw a sentence over as many lines as it needs; a word that is longer than a line, such as a path, is parted."""
    column = layout.column(align=True)
    line = ""
    for word in (one[at:at + _LINE_LENGTH] for one in text.split() for at in range(0, len(one), _LINE_LENGTH)):
        if line and len(line) + len(word) >= _LINE_LENGTH:
            column.label(text=line, icon=icon)
            line, icon = "", "BLANK1"
        line = "{} {}".format(line, word).strip()
    column.label(text=line, icon=icon)


def _draw_state(layout: Any, instance: NodeInstance) -> None:
    run = running(instance.group.cmft.uid)
    if run is not None:
        words = "stopping" if run.engine.is_stopping else run.engine.progress.words
        if compat.HAS_PROGRESS:
            layout.progress(factor=run.engine.progress.fraction, text=words)
        else:
            draw_text(layout, words, "TIME")
        layout.operator("cmft.cancel", icon="X").node = instance.name
        return
    try:
        found = quick_state(instance)
    except CmftError as error:
        draw_text(layout, str(error), "ERROR")
        return
    draw_text(layout, found.status, _ICONS[found.state])
    button = layout.row()
    button.scale_y = 1.4
    button.operator("cmft.colorize", icon="BRUSH_DATA").node = instance.name
    row = layout.row(align=True)
    one = row.operator("cmft.colorize", text="This Frame")
    one.node, one.frames = instance.name, str(instance.scene.frame_current)
    row.operator("cmft.regions").node = instance.name


def _draw_range(layout: Any, instance: NodeInstance) -> None:
    layout.row().prop(instance.group.cmft, "range", expand=True)
    if instance.group.cmft.range == CUSTOM:
        layout.prop(instance.group.cmft, "frames")


def _draw_references(layout: Any, instance: NodeInstance) -> None:
    values = instance.group.cmft
    layout.label(text="References")
    row = layout.row()
    row.template_list("CMFT_UL_references", "", values, "references", values, "reference_index", rows=3)
    column = row.column(align=True)
    column.operator("cmft.add_reference", text="", icon="ADD").node = instance.name
    column.operator("cmft.remove_reference", text="", icon="REMOVE").node = instance.name
    column.operator("cmft.add_correction", text="", icon="FILEBROWSER").node = instance.name
    if 0 <= values.reference_index < len(values.references) and values.references[values.reference_index].path:
        layout.prop(values.references[values.reference_index], "lines")
    for words in quick_missing(instance)[:_MISSING]:
        draw_text(layout, words, "ERROR")


class CMFT_PT_checks(_Panel, bpy.types.Panel):
    """What the report says is to be checked."""

    bl_label = "To Check"
    bl_parent_id = "CMFT_PT_node"

    def draw(self, context: Any) -> None:
        """Draw the frames; a click goes there."""
        instance = shown_instance(context)
        values = None if instance is None else instance.group.cmft
        if instance is None or values is None or not values.review:
            draw_text(self.layout, "No report yet.", "INFO")
            return
        draw_text(self.layout, values.review, "INFO")
        if len(values.checks):
            self.layout.template_list("CMFT_UL_checks", "", values, "checks", values, "check_index", rows=3)
            if 0 <= values.check_index < len(values.checks):
                draw_text(self.layout, values.checks[values.check_index].reason, "BLANK1")
        self.layout.operator("cmft.open_report").node = instance.name


class CMFT_UL_tracks(bpy.types.UIList):
    """The doubtful tracks, the most doubtful first."""

    def draw_item(self, context: Any, layout: Any, data: Any, item: Any, icon: Any, active: Any, name: Any) -> None:
        """Draw one line; its number goes to the frame, also when the line is selected already."""
        row = layout.row(align=True)
        row.operator("cmft.show_frame", text=str(item.frame), emboss=False).frame = item.frame
        row.label(text=item.name, translate=False)
        row.label(text=counted(item.count, "frame"))


class CMFT_PT_correct(_Panel, bpy.types.Panel):
    """Doubtful tracks, and what corrects them."""

    bl_label = "Correct"
    bl_parent_id = "CMFT_PT_node"

    def draw(self, context: Any) -> None:
        """Draw the tracks, why the chosen one is in doubt, and the buttons."""
        instance = shown_instance(context)
        if instance is None:
            return
        values = instance.group.cmft
        if len(values.tracks):
            self.layout.template_list("CMFT_UL_tracks", "", values, "tracks", values, "track_index", rows=4)
            if 0 <= values.track_index < len(values.tracks):
                track = values.tracks[values.track_index]
                draw_text(self.layout, "frame {}: {}".format(track.frame, track.reason), "BLANK1")
        column = self.layout.column(align=True)
        column.enabled = running(values.uid) is None
        column.operator("cmft.pick_region", icon="EYEDROPPER").node = instance.name
        column.operator("cmft.undo_fix", icon="LOOP_BACK").node = instance.name
        self.layout.operator("cmft.review", icon="WINDOW").node = instance.name


class CMFT_PT_settings(_Panel, bpy.types.Panel):
    """The engine's settings."""

    bl_label = "Settings"
    bl_parent_id = "CMFT_PT_node"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: Any) -> None:
        """Draw every setting but those of the output."""
        _draw_values(self.layout, shown_instance(context), [one.name for one in SETTINGS if one.name not in _OUTPUT])


class CMFT_PT_output(_Panel, bpy.types.Panel):
    """Where results go."""

    bl_label = "Output"
    bl_parent_id = "CMFT_PT_node"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: Any) -> None:
        """Draw palette, folder, colour spaces, device, what can be made of the result, and the engine's test."""
        instance = shown_instance(context)
        if instance is not None:
            _draw_values(self.layout, instance, ["palette"])
            _draw_buttons(self.layout, instance, ("cmft.extract_palette", "cmft.swap_palette"))
            _draw_values(self.layout, instance, ["cache", "on_stale", "outside", *_OUTPUT])
            _draw_buttons(self.layout, instance, ("cmft.add_cryptomatte", "cmft.freeze", "cmft.export_job"))
        self.layout.operator("cmft.test_engine")


def _draw_buttons(layout: Any, instance: NodeInstance, operators: Sequence[str]) -> None:
    column = layout.column(align=True)
    for name in operators:
        column.operator(name).node = instance.name


def _draw_values(layout: Any, instance: Optional[NodeInstance], names: Any) -> None:
    layout.use_property_split = True
    layout.use_property_decorate = False
    if instance is not None:
        for name in names:
            layout.prop(instance.group.cmft, name)


CLASSES = (CMFT_UL_references, CMFT_UL_checks, CMFT_UL_tracks, CMFT_PT_node, CMFT_PT_checks, CMFT_PT_correct,
           CMFT_PT_settings, CMFT_PT_output)

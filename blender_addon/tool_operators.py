"""The buttons besides Colorize that ask the engine, and freeze: export, regions, palettes; and a jump to a frame."""

from typing import Any, Callable, Optional

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty

from cmft_engine.protocol.errors import InputError
from cmft_engine.protocol.job import parse_frames

from . import tools
from .freeze import freeze, swap
from .operators import chosen, node_argument
from .places import folder_now
from .watching import Result, told

PALETTES = "*.json;*.gpl"


def slowly(operator: Any, context: Any, action: Callable[[], Optional[str]]) -> Result:
    """Do something as `told` does, with a cursor that says that it takes some seconds."""
    window = None if bpy.app.background else context.window
    if window is not None:
        window.cursor_set("WAIT")
    try:
        return told(operator, action)
    finally:
        if window is not None:
            window.cursor_set("DEFAULT")


class CMFT_OT_freeze(bpy.types.Operator):
    """Make a plain Image node of the result and connect what hung on this node to it"""

    bl_idname = "cmft.freeze"
    bl_label = "Freeze to Image"
    bl_options = {"REGISTER", "UNDO"}

    __annotations__ = {"node": node_argument()}

    def execute(self, context: Any) -> Result:
        """Put it in the node's place; the node stays beside it."""
        return told(self, lambda: self._freeze(context))

    def _freeze(self, context: Any) -> None:
        freeze(chosen(context, self.node))


class CMFT_OT_export_job(bpy.types.Operator):
    """Write the job file and a bundle for farms, and say the command lines that run them elsewhere"""

    bl_idname = "cmft.export_job"
    bl_label = "Export Job"

    __annotations__ = {"node": node_argument()}

    def execute(self, context: Any) -> Result:
        """Write both; the words stand in the Info editor, from where they can be copied."""
        return slowly(self, context, lambda: self._export(context))

    def _export(self, context: Any) -> str:
        words = tools.export_job(chosen(context, self.node)).words
        if not bpy.app.background:
            context.window_manager.popup_menu(lambda menu, _: _draw_lines(menu.layout, words), title="Job exported")
        return words


def _draw_lines(layout: Any, words: str) -> None:
    for line in words.splitlines():
        layout.label(text=line)


class CMFT_OT_regions(bpy.types.Operator):
    """Draw what the lines enclose, each region in a colour, closed gaps white: look at it before colouring"""

    bl_idname = "cmft.regions"
    bl_label = "Show Regions"

    __annotations__ = {
        "node": node_argument(),
        "frames": StringProperty(name="Frames", description="Frames of the scene, such as 1-48x2; empty draws the "
                                 "current one"),
    }

    def execute(self, context: Any) -> Result:
        """Draw them and show the first in an Image editor."""
        return slowly(self, context, lambda: self._draw(context))

    def _draw(self, context: Any) -> str:
        frames = parse_frames(self.frames) if self.frames.strip() else (int(context.scene.frame_current),)
        path = tools.draw_regions(chosen(context, self.node), frames).path(frames[0])
        tools.show_picture(context, path)
        return path


class _WithPalette:
    """An operator that is given a palette file, or asks for one."""

    __annotations__ = {
        "node": node_argument(),
        "filepath": StringProperty(name="File", subtype="FILE_PATH", description="The palette, .json or .gpl"),
        "filter_glob": StringProperty(default=PALETTES, options={"HIDDEN"}),
    }

    def invoke(self: Any, context: Any, event: Any) -> Result:
        """Ask for the file."""
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def given(self: Any) -> str:
        """Return the whole path of the file. Raises InputError when there is none."""
        if not self.filepath:
            raise InputError("no file was chosen; choose a palette, .json or .gpl")
        return str(bpy.path.abspath(self.filepath))


class CMFT_OT_extract_palette(_WithPalette, bpy.types.Operator):
    """Write the paints of the references as a palette file, to correct and to name them, and set it on the node"""

    bl_idname = "cmft.extract_palette"
    bl_label = "Extract Palette"
    bl_options = {"REGISTER", "UNDO"}

    __annotations__ = dict(
        _WithPalette.__annotations__,
        overwrite=BoolProperty(name="Replace", description="Replace a file that is there"),
        check_existing=BoolProperty(default=True, options={"HIDDEN"}),
    )

    def invoke(self: Any, context: Any, event: Any) -> Result:
        """Ask for the file; the window shows when one of its name is there."""
        self.overwrite = True
        if not self.filepath and folder_now():
            self.filepath = "{}/palette.json".format(folder_now())
        return _WithPalette.invoke(self, context, event)

    def execute(self, context: Any) -> Result:
        """Write it."""
        return slowly(self, context, lambda: tools.extract_palette(chosen(context, self.node), self.given(),
                                                                   overwrite=self.overwrite))


class CMFT_OT_swap_palette(_WithPalette, bpy.types.Operator):
    """Make an Image node of the coloured frames in another palette, such as night for day; its colours have the names
    of the node's palette file"""

    bl_idname = "cmft.swap_palette"
    bl_label = "Swap Palette"
    bl_options = {"REGISTER", "UNDO"}

    __annotations__ = dict(_WithPalette.__annotations__)

    def execute(self, context: Any) -> Result:
        """Put it beside the node."""
        return slowly(self, context, lambda: self._swap(context))

    def _swap(self, context: Any) -> None:
        swap(chosen(context, self.node), self.given())


class CMFT_OT_show_frame(bpy.types.Operator):
    """Go to this frame"""

    bl_idname = "cmft.show_frame"
    bl_label = "Show Frame"

    __annotations__ = {"frame": IntProperty(name="Frame", description="The frame of the scene")}

    def execute(self, context: Any) -> Result:
        """Set the scene's current frame."""
        context.scene.frame_set(self.frame)
        return {"FINISHED"}


CLASSES = (CMFT_OT_freeze, CMFT_OT_export_job, CMFT_OT_regions, CMFT_OT_extract_palette, CMFT_OT_swap_palette,
           CMFT_OT_show_frame)

"""Correct a region by a click and a colour, take it back, and open the review window."""

from typing import Any, Callable

import bpy
from bpy.props import BoolProperty, FloatProperty, IntProperty, StringProperty

from cmft_engine.protocol.errors import InputError
from cmft_engine.protocol.host.outcome import Outcome

from . import reviewing
from .fixes import finish_fix, size_of, start_pin, start_undo, swatches_of
from .operators import chosen, node_argument
from .runner import FixRun
from .seeing import click_at
from .swatches import draw_colors
from .watching import Result, Watches, told

NO_PICTURE = ("there is no picture under the mouse; click into an Image editor that shows the result, or onto the "
              "backdrop of the compositor")


class _Corrects(Watches):
    """An operator that asks the engine to correct."""

    def finished(self: Any, outcome: Outcome) -> str:
        """Show the plates that changed."""
        return finish_fix(self._run, outcome)


class CMFT_OT_fix_region(_Corrects, bpy.types.Operator):
    """Give the region at a point a colour of the palette, in every frame that shows it; plates that change are written
    anew"""

    bl_idname = "cmft.fix_region"
    bl_label = "Fix Region"

    __annotations__ = {
        "node": node_argument(),
        "x": FloatProperty(name="X", description="Px from the left of the picture"),
        "y": FloatProperty(name="Y", description="Px from the bottom of the picture"),
        "color": StringProperty(name="Color", description="A colour of the palette, by name"),
        "use_current": BoolProperty(name="Current Frame", default=True,
                                    description="Take the scene's current frame instead of Frame"),
        "frame": IntProperty(name="Frame", description="The frame of the scene"),
    }

    def begun(self, context: Any) -> FixRun:
        """Ask for the pin."""
        frame = context.scene.frame_current if self.use_current else self.frame
        return start_pin(chosen(context, self.node), (self.x, self.y), self.color, frame)


class CMFT_OT_undo_fix(_Corrects, bpy.types.Operator):
    """Take the latest correction of the result back, in all frames; Blender's own undo does not reach the plates"""

    bl_idname = "cmft.undo_fix"
    bl_label = "Undo Fix"

    __annotations__ = {"node": node_argument()}

    def begun(self, context: Any) -> FixRun:
        """Ask for it."""
        return start_undo(chosen(context, self.node))


class CMFT_OT_pick_region(bpy.types.Operator):
    """Click a wrong region in an Image editor or on the backdrop, then choose its colour"""

    bl_idname = "cmft.pick_region"
    bl_label = "Fix Region"

    __annotations__ = {"node": node_argument()}

    @classmethod
    def poll(cls, context: Any) -> bool:
        """Only with a window: a script gives the place to `cmft.fix_region`."""
        return not bpy.app.background

    def execute(self, context: Any) -> Result:
        """Begin to wait for the click."""
        result = told(self, lambda: self._ready(context))
        if result == {"CANCELLED"}:
            return result
        self._is_pressed = False
        context.window.cursor_modal_set("EYEDROPPER")
        context.workspace.status_text_set("CMFT  Click into the region with a wrong colour    Esc: cancel")
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def invoke(self, context: Any, event: Any) -> Result:
        """As `execute`."""
        return self.execute(context)

    def _ready(self, context: Any) -> None:
        swatches_of(chosen(context, self.node))  # raises what to do where there is no palette

    def modal(self, context: Any, event: Any) -> Result:
        """Take the click; other events, as a wheel that zooms, are for the editors."""
        is_end = event.type in ("ESC", "RIGHTMOUSE") and event.value == "PRESS"
        if event.type == "LEFTMOUSE" and event.value == "PRESS":
            self._is_pressed = True
            return {"RUNNING_MODAL"}
        is_click = event.type == "LEFTMOUSE" and event.value == "RELEASE" and self._is_pressed
        if not (is_end or is_click):
            return {"PASS_THROUGH"}
        self.cancel(context)  # at the release: before it, it would choose from the menu
        return {"CANCELLED"} if is_end else told(self, lambda: self._ask(context, event.mouse_x, event.mouse_y))

    def cancel(self, context: Any) -> None:
        """Give the mouse back."""
        context.window.cursor_modal_restore()
        context.workspace.status_text_set(None)

    def _ask(self, context: Any, x: int, y: int) -> None:
        instance, click = chosen(context, self.node), click_at(context, x, y)
        if click is None:
            raise InputError("{}: {}".format(instance.name, NO_PICTURE))
        size = size_of(instance, context.scene.frame_current)
        if click.size != size:
            raise InputError("{}: the picture is {} x {}, and the result is {} x {}; click into one that shows the "
                             "result".format(instance.name, *click.size, *size))
        ask_color(context, instance, click.point)


def ask_color(context: Any, instance: Any, point: Any) -> None:
    """Show the palette at the mouse; what is chosen corrects the region at a point."""
    swatches = swatches_of(instance)

    def draw(menu: Any, _: Any) -> None:
        draw_colors(menu.layout, swatches, node=instance.name, x=point[0], y=point[1])

    context.window_manager.popup_menu(draw, title="Colour of the region")


class CMFT_OT_review(bpy.types.Operator):
    """Open the review window on the result, in a process of its own: doubtful parts, all tools, undo and redo. What is
    corrected there shows here at once"""

    bl_idname = "cmft.review"
    bl_label = "Review..."

    __annotations__ = {"node": node_argument()}

    def execute(self, context: Any) -> Result:
        """Open it."""
        return told(self, _nothing(lambda: reviewing.open_window(chosen(context, self.node))))


def _nothing(action: Callable[[], object]) -> Callable[[], None]:
    def done() -> None:
        action()

    return done


CLASSES = (CMFT_OT_fix_region, CMFT_OT_undo_fix, CMFT_OT_pick_region, CMFT_OT_review)

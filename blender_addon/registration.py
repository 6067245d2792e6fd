"""What Blender is told of the add-on, and what runs when a file is opened or saved."""

from typing import Any

import bpy
from bpy.app.handlers import persistent

from . import fix_operators, node_operators, operators, preferences, properties, reviewing, swatches, tool_operators, ui
from .results import refresh_all, warn_of_frame, warn_of_render
from .runner import all_running, close_engine

CLASSES = (
    properties.CMFT_PG_check, properties.CMFT_PG_track, properties.CMFT_PG_reference, properties.CMFT_PG_node,
    preferences.CMFT_AP_preferences,
    operators.CMFT_OT_colorize, operators.CMFT_OT_cancel, *node_operators.CLASSES, *tool_operators.CLASSES,
    *fix_operators.CLASSES, *ui.CLASSES,
)


def register() -> None:
    """Register classes, the properties of node trees, the menu and the handlers."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.NodeTree.cmft = bpy.props.PointerProperty(type=properties.CMFT_PG_node)
    bpy.types.NODE_MT_add.append(ui.draw_menu)
    for handlers, handler in _handlers():
        handlers.append(handler)


def unregister() -> None:
    """Stop what runs and take everything away again."""
    stop_all()
    reviewing.stop_looking()
    swatches.forget_icons()
    for handlers, handler in _handlers():
        handlers.remove(handler)
    bpy.types.NODE_MT_add.remove(ui.draw_menu)
    del bpy.types.NodeTree.cmft
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)


def _handlers() -> Any:
    """Return each list of Blender's with what is put into it."""
    handlers = bpy.app.handlers
    return ((handlers.load_pre, stop_all), (handlers.load_post, look), (handlers.save_pre, look),
            (handlers.render_init, before_render), (handlers.render_pre, before_frame))


@persistent
def stop_all(*_: Any) -> None:
    """Stop every run, for its node is going away, and the engine that stays."""
    for run in all_running():
        run.cancel()
        run.wait()
    close_engine()


@persistent
def look(*_: Any) -> None:
    """Store every node's true state, so that the file says it too."""
    refresh_all()


@persistent
def before_render(scene: Any, *_: Any) -> None:
    """Store every node's true state, and say what the render will not show as it should."""
    refresh_all()
    warn_of_render(scene)


@persistent
def before_frame(scene: Any, *_: Any) -> None:
    """Say when the frame that is rendered now is not coloured."""
    warn_of_frame(scene)

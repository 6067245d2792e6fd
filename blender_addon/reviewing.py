"""The review window on a node's result, and plates that it, or anyone else, writes anew. Main thread only."""

import sys
from typing import Any, Dict, NamedTuple, Optional

import bpy

from cmft_engine.protocol.errors import EngineError
from cmft_engine.protocol.host.review_window import (
    LOOK_S,
    OwnRuns,
    PlateWatch,
    ReviewWindow,
    ReviewWindows,
    anew_sentence,
)

from .engine import engine_command
from .fixes import result_folder, show_changed
from .nodes import NodeInstance, instance_of, own_identity
from .preferences import written_command
from .results import shown_by
from .runner import ended, running

_windows = ReviewWindows()
_own_runs = OwnRuns(ended)


class _Watched(NamedTuple):
    name: str
    window: ReviewWindow
    watch: PlateWatch


_watched: Dict[str, _Watched] = {}  # by the node's identity


def open_window(instance: NodeInstance) -> ReviewWindow:
    """Open the review window on the node's result; the node shows what is corrected there.

    Raises InputError where there is no result, or the window is open already; EngineError, EngineMissing.
    """
    folder, uid = result_folder(instance), own_identity(instance.group)
    watch = PlateWatch(shown_by(instance.group).pattern)
    window = _windows.open(engine_command(written_command()), folder, instance.name)
    _own_runs.have_ended(uid)
    _watched[uid] = _Watched(instance.name, window, watch)
    if not bpy.app.timers.is_registered(look):
        bpy.app.timers.register(look, first_interval=LOOK_S, persistent=True)
    return window


def look() -> Optional[float]:
    """Show what open windows have written, and say why one could not be opened; Blender calls it while one is."""
    for uid, one in list(_watched.items()):
        is_open = one.window.is_open  # asked first: what it has written last is seen
        _show(uid, one.watch)
        if not is_open:
            del _watched[uid]
            _say(one.name, one.window.error())
    return LOOK_S if _watched else None


def _show(uid: str, watch: PlateWatch) -> None:
    """Show plates that were written anew, while the node still shows them and no run of its own writes them."""
    if running(uid) is not None:
        return  # it shows them at its end
    changed, instance = watch.changed(), instance_of(uid)
    if changed and instance is not None and shown_by(instance.group).pattern == watch.pattern:
        show_changed(instance, "" if _own_runs.have_ended(uid) else anew_sentence(len(changed)))
        for window in bpy.context.window_manager.windows:
            for area in window.screen.areas:
                area.tag_redraw()


def _say(name: str, error: Optional[EngineError]) -> None:
    """Tell why there was no window: in a box where there is a window of Blender, and on stderr."""
    if error is None:
        return
    words = "{}: {}".format(name, error)
    sys.stderr.write("CMFT: {}\n".format(words))
    sys.stderr.flush()
    if not bpy.app.background:
        bpy.context.window_manager.popup_menu(lambda menu, _: _draw(menu, words), title="CMFT", icon="ERROR")


def _draw(menu: Any, words: str) -> None:
    line = ""
    for word in words.split():
        if len(line) + len(word) > 80:
            menu.layout.label(text=line)
            line = ""
        line = "{} {}".format(line, word).strip()
    menu.layout.label(text=line)


def stop_looking() -> None:
    """Look no more, as when the add-on is switched off; the windows stay open."""
    _watched.clear()
    if bpy.app.timers.is_registered(look):
        bpy.app.timers.unregister(look)

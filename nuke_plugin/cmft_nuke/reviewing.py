"""The review window on a node's result, and plates that it, or anyone else, writes anew. Main thread only."""

import threading
import time
from functools import partial
from typing import Callable, Dict, NamedTuple, Optional, Tuple

import nuke

from cmft_engine.protocol.errors import InputError
from cmft_engine.protocol.host.review_window import (
    OwnRuns,
    PlateWatch,
    ReviewWindow,
    ReviewWindows,
    anew_sentence,
    follow,
    in_thread,
)

from . import runner
from .engine import engine_command
from .fixes import result_folder, show_changed
from .nodes import find, own_identity, result_pattern, text, value

LOOK_S = 1.0  # between two looks at the plates when Nuke is idle

_windows = ReviewWindows()
_own_runs = OwnRuns(runner.ended)


class _Look(NamedTuple):
    watch: PlateWatch
    thread: Optional[threading.Thread] = None
    at: float = 0.0


_looks: Dict[str, _Look] = {}  # by the node's identity


def open_window(group: nuke.Group) -> ReviewWindow:
    """Open the review window on the node's result; the node shows what is corrected there.

    Raises InputError where there is no result, no window of Nuke, or the window is open already; EngineError.
    """
    folder = result_folder(group)
    if not nuke.GUI:
        raise InputError("{}: the review window needs Nuke's window; in a terminal run cmft review {}".format(
            group.fullName(), folder))
    uid, name, watch = own_identity(group), group.fullName(), PlateWatch(result_pattern(group))
    window = _windows.open(engine_command(text(group, "engine")), folder, name)
    _own_runs.have_ended(uid)
    in_thread(partial(_follow, window, watch, uid, name), "cmft-review")
    return window


def _follow(window: ReviewWindow, watch: PlateWatch, uid: str, name: str) -> None:
    error = follow(window, watch, partial(_tell, uid, name, watch))
    if error is not None:
        nuke.executeInMainThread(nuke.message, args=("{}: {}".format(name, error),))


def _tell(uid: str, name: str, watch: PlateWatch, changed: Tuple[int, ...]) -> None:
    nuke.executeInMainThread(_show, args=(uid, name, watch, changed))


def _show(uid: str, name: str, watch: PlateWatch, changed: Tuple[int, ...]) -> None:
    """Show plates that were written anew, while the node still shows them and no run of its own writes them."""
    group = find(uid, name)
    if group is None or runner.running(uid) is not None or result_pattern(group) != watch.pattern:
        return
    show_changed(group, "" if _own_runs.have_ended(uid) else anew_sentence(len(changed)))


def look(group: nuke.Group) -> None:
    """Have looked, when Nuke is idle, whether others have written plates of the node anew; in a thread, once a second.

    What a run of its own writes is shown at its end.
    """
    uid, pattern, now = str(value(group, "uid")), result_pattern(group), time.monotonic()
    known = _looks.get(uid)
    if not pattern or runner.running(uid) is not None:
        _looks.pop(uid, None)
    elif known is None or known.watch.pattern != pattern:
        _own_runs.have_ended(uid)
        _looks[uid] = _Look(PlateWatch(pattern))
    elif now - known.at >= LOOK_S and (known.thread is None or not known.thread.is_alive()):
        work = partial(_look, known.watch, partial(_tell, uid, group.fullName(), known.watch))
        _looks[uid] = known._replace(at=now, thread=in_thread(work, "cmft-plates"))


def _look(watch: PlateWatch, tell: Callable[[Tuple[int, ...]], None]) -> None:
    changed = watch.changed()
    if changed:
        tell(changed)

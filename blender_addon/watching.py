"""An operator that watches what it started, and how it tells what went wrong: the protocol's errors become reports.

From Python an error is a RuntimeError that holds the sentence. In a window the operator returns at once and the run
goes on in the background; called from a script, or without a window, it returns when all is done.
"""

from typing import Any, Callable, Optional, Set, Union

import bpy

from cmft_engine.protocol.errors import Cancelled, CmftError
from cmft_engine.protocol.host.outcome import Outcome

from .runner import FixRun, Run

POLL_S = 0.1
Result = Set[str]


class Watches:
    """An operator that starts a run and shows how far it is; its subclasses say what runs and what comes after."""

    def begun(self: Any, context: Any) -> Union[Run, FixRun]:
        """Start, and return what runs."""
        raise NotImplementedError

    def finished(self: Any, outcome: Outcome) -> str:
        """Bring the outcome of `_run` to the node and return the sentence. Raises the error that ended it."""
        raise NotImplementedError

    def status(self: Any) -> str:
        """Return how far `_run` is."""
        return "stopping" if self._run.engine.is_stopping else str(self._run.engine.progress.words)

    def execute(self: Any, context: Any) -> Result:
        """Run, and return when all is done."""
        return told(self, lambda: self.waited(self.begun(context)))

    def invoke(self: Any, context: Any, event: Any) -> Result:
        """Start, and watch by a timer until it is done; Esc cancels."""
        if bpy.app.background:
            return set(self.execute(context))
        result = told(self, lambda: setattr(self, "_run", self.begun(context)))
        if result == {"CANCELLED"}:
            return result
        self._timer = context.window_manager.event_timer_add(POLL_S, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self: Any, context: Any, event: Any) -> Result:
        """Show how far it is; bring the outcome to the node when it is over."""
        if is_cancel(event, context) and not self._run.engine.is_stopping:
            self._run.cancel()
            return {"RUNNING_MODAL"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        context.workspace.status_text_set("CMFT  {}    Esc: cancel".format(self.status()))
        redraw(context)
        outcome = self._run.wait(0)
        if outcome is None:
            return {"PASS_THROUGH"}
        self.cleared(context)
        return told(self, lambda: self.finished(outcome))

    def cancel(self: Any, context: Any) -> None:
        """Stop when Blender ends the operator, as when a file is opened."""
        self._run.cancel()
        self.cleared(context)

    def cleared(self: Any, context: Any) -> None:
        """Take timer and status away."""
        context.window_manager.event_timer_remove(self._timer)
        context.workspace.status_text_set(None)
        redraw(context)

    def waited(self: Any, run: Union[Run, FixRun]) -> str:
        """Wait for what runs and return the sentence. Raises the error that ended it."""
        self._run = run
        try:
            outcome = run.wait()
            assert outcome is not None  # waited without a limit
        finally:
            run.cancel()  # no effect after the engine's own end; Ctrl-C comes here
            run.wait()
        return str(self.finished(outcome))


def told(operator: Any, action: Callable[[], Optional[str]]) -> Result:
    """Do something; its sentence becomes a report, its error a report and a cancelled operator."""
    try:
        words = action()
    except Cancelled as error:
        operator.report({"WARNING"}, str(error))
        return {"CANCELLED"}
    except CmftError as error:
        operator.report({"ERROR"}, str(error))
        return {"CANCELLED"}
    if words:
        operator.report({"INFO"}, words)
    return {"FINISHED"}


def is_cancel(event: Any, context: Any) -> bool:
    """Say whether a key is meant for the run: an Esc that stops playback is not."""
    is_playing = any(window.screen.is_animation_playing for window in context.window_manager.windows)
    return bool(event.type == "ESC" and event.value == "PRESS" and not is_playing)


def redraw(context: Any) -> None:
    """Let the node editors show the panel anew."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "NODE_EDITOR":
                area.tag_redraw()

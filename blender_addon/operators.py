"""Colorize and Cancel, and how an operator tells what went wrong: the protocol's errors become reports.

From Python an error is a RuntimeError that holds the sentence. In a window Colorize returns at once and goes on in the
background; called from a script, or without a window, it returns when all is done.
"""

import sys
from typing import Any, Callable, Optional, Set

import bpy
from bpy.props import StringProperty

from cmft_engine.protocol.errors import Cancelled, CmftError, InputError
from cmft_engine.protocol.host.command import EngineMissing
from cmft_engine.protocol.host.outcome import Outcome
from cmft_engine.protocol.host.progress import Progress
from cmft_engine.protocol.job import parse_frames

from .engine import engine_command
from .nodes import NodeInstance, editable, find_instance, instance_of, take_layout
from .preferences import keeps_engine, written_command
from .results import apply_outcome, say_missing
from .runner import Run, refuse_second, running
from .shot_job import prepare

POLL_S = 0.1
Result = Set[str]


def node_argument() -> Any:
    """Return the property that names a node."""
    return StringProperty(name="Node", description="Name of the CMFT node; empty takes the active one, or the only one")


def chosen(context: Any, name: str) -> NodeInstance:
    """Return the node that an operator is meant for. Raises InputError."""
    return find_instance(context.scene, name)


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


class CMFT_OT_colorize(bpy.types.Operator):
    """Colour the range in the engine's own process. Frames that are up to date are kept, so after a cancel or a
    change only what is missing is done"""

    bl_idname = "cmft.colorize"
    bl_label = "Colorize"
    bl_options = {"REGISTER"}

    __annotations__ = {
        "node": node_argument(),
        "frames": StringProperty(name="Frames", description="Only these frames of the scene, such as 1-48x2 or 1 5 9; "
                                 "empty colours the node's range"),
    }

    def execute(self, context: Any) -> Result:
        """Colour and return when all is done."""
        return told(self, lambda: self._in_place(context))

    def invoke(self, context: Any, event: Any) -> Result:
        """Start, and watch by a timer until it is done; Esc cancels."""
        if bpy.app.background:
            return self.execute(context)
        result = told(self, lambda: self._begin(context))
        if result == {"CANCELLED"}:
            return result
        self._timer = context.window_manager.event_timer_add(POLL_S, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: Any, event: Any) -> Result:
        """Show how far it is; bring the outcome to the node when it is over."""
        if is_cancel(event, context) and not self._run.engine.is_stopping:
            self._run.cancel()
            return {"RUNNING_MODAL"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        progress = self._run.engine.progress
        words = "stopping" if self._run.engine.is_stopping else progress.words
        context.workspace.status_text_set("CMFT  {} {:.0%}  {}    Esc: cancel".format(
            _bar(progress.fraction), progress.fraction, words))
        redraw(context)
        outcome = self._run.wait(0)
        if outcome is None:
            return {"PASS_THROUGH"}
        self._clear(context)
        result = told(self, lambda: finish(self._run, outcome))
        bpy.ops.ed.undo_push(message="CMFT Colorize")
        return result

    def cancel(self, context: Any) -> None:
        """Stop when Blender ends the operator, as when a file is opened."""
        self._run.cancel()
        self._clear(context)

    def _clear(self, context: Any) -> None:
        context.window_manager.event_timer_remove(self._timer)
        context.workspace.status_text_set(None)
        redraw(context)

    def _begin(self, context: Any, say: Optional[Callable[[Progress], None]] = None) -> None:
        self._run = start(chosen(context, self.node), self.frames, say)

    def _in_place(self, context: Any) -> str:
        self._begin(context, _say)
        try:
            outcome = self._run.wait()
            assert outcome is not None  # waited without a limit
        finally:
            self._run.cancel()  # no effect after the engine's own end; Ctrl-C comes here
            self._run.wait()
        return finish(self._run, outcome)


def is_cancel(event: Any, context: Any) -> bool:
    """Say whether a key is meant for the run: an Esc that stops playback is not."""
    is_playing = any(window.screen.is_animation_playing for window in context.window_manager.windows)
    return bool(event.type == "ESC" and event.value == "PRESS" and not is_playing)


def _say(progress: Progress) -> None:
    sys.stdout.write("CMFT: {:4.0%} {}\n".format(progress.fraction, progress.words))
    sys.stdout.flush()


def _bar(fraction: float) -> str:
    full = round(20 * fraction)
    return "\u2588" * full + "\u2591" * (20 - full)


def redraw(context: Any) -> None:
    """Let the node editors show the panel anew."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "NODE_EDITOR":
                area.tag_redraw()


def start(instance: NodeInstance, frames: str, say: Optional[Callable[[Progress], None]] = None) -> Run:
    """Start colouring a node. Raises InputError, EngineMissing, SettingsError."""
    take_layout(editable(instance).group)
    refuse_second(instance.group.cmft.uid, instance.name)
    try:
        engine = engine_command(written_command())
        run = Run(prepare(instance, parse_frames(frames) if frames.strip() else None), engine,
                  view=instance.scene.frame_current if keeps_engine() else None)
    except EngineMissing as error:
        say_missing(instance, error)
        raise
    run.start(say)
    return run


def finish(run: Run, outcome: Outcome) -> str:
    """Bring an outcome to its node and return the sentence. Raises the error that ended the run."""
    request, instance = run.request, instance_of(run.request.uid)
    if instance is None:
        raise InputError("{}: the node is gone; its frames are in {}".format(request.name, request.folder))
    apply_outcome(instance, run, outcome)
    if outcome.error is not None:
        raise outcome.error
    return "{}: {}".format(request.name, instance.group.cmft.status)


class CMFT_OT_cancel(bpy.types.Operator):
    """Stop colouring; finished frames stay, and Colorize goes on from there"""

    bl_idname = "cmft.cancel"
    bl_label = "Cancel"

    __annotations__ = {"node": node_argument()}

    def execute(self, context: Any) -> Result:
        """Stop the node's run."""
        return told(self, lambda: self._stop(context))

    def _stop(self, context: Any) -> None:
        instance = chosen(context, self.node)
        run = running(instance.group.cmft.uid)
        if run is None:
            raise InputError("{}: it is not being coloured".format(instance.name))
        run.cancel()

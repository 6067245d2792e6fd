"""Colorize and Cancel."""

import sys
from typing import Any, Callable, Optional

import bpy
from bpy.props import StringProperty

from cmft_engine.protocol.errors import InputError
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
from .watching import Result, Watches, told


def node_argument() -> Any:
    """Return the property that names a node."""
    return StringProperty(name="Node", description="Name of the CMFT node; empty takes the active one, or the only one")


def chosen(context: Any, name: str) -> NodeInstance:
    """Return the node that an operator is meant for. Raises InputError."""
    return find_instance(context.scene, name)


class CMFT_OT_colorize(Watches, bpy.types.Operator):
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

    def begun(self, context: Any) -> Run:
        """Start to colour."""
        return start(chosen(context, self.node), self.frames)

    def execute(self, context: Any) -> Result:
        """Colour, tell the console how far it is, and return when all is done."""
        return told(self, lambda: self.waited(start(chosen(context, self.node), self.frames, _say)))

    def finished(self: Any, outcome: Outcome) -> str:
        """As `finish`."""
        return finish(self._run, outcome)

    def status(self) -> str:
        """Return how far it is, with a bar."""
        fraction = self._run.engine.progress.fraction
        return "{} {:.0%}  {}".format(_bar(fraction), fraction, super().status())

    def modal(self, context: Any, event: Any) -> Result:
        """The end of a run is a step of Blender's undo."""
        result: Result = super().modal(context, event)
        if result in ({"FINISHED"}, {"CANCELLED"}):
            bpy.ops.ed.undo_push(message="CMFT Colorize")
        return result


def _say(progress: Progress) -> None:
    sys.stdout.write("CMFT: {:4.0%} {}\n".format(progress.fraction, progress.words))
    sys.stdout.flush()


def _bar(fraction: float) -> str:
    full = round(20 * fraction)
    return "\u2588" * full + "\u2591" * (20 - full)


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

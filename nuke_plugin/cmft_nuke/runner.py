"""Runs the engine for a node: in a thread when Nuke has a window, in place in a terminal.

The thread touches no node. What a run has made reaches the node through Nuke's main thread, where the node is looked
up anew: it may have been renamed or deleted meanwhile.
"""

import threading
from typing import Optional, Union

import nuke

from cmft_engine.protocol.errors import Cancelled, CmftError
from cmft_engine.protocol.host.outcome import Outcome
from cmft_engine.protocol.host.run import LOG, EngineRun, Runs, Stays, bug
from cmft_engine.protocol.warm import Engines

from .engine import engine_command
from .fixes import FixPlan, apply_fix
from .nodes import find
from .progress import Terminal, Window
from .results import apply_outcome
from .shot_job import Plan

_runs: "Runs[Run]" = Runs()
_engines = Engines()
running, ended, forget_ended, refuse_second = _runs.running, _runs.ended, _runs.forget, _runs.refuse_second
close_engine = _engines.close


class Run:
    """One run of the engine for one node, which colours or corrects.

    `engine` may be asked how far it is from any thread.
    """

    def __init__(self, plan: Union[Plan, FixPlan]) -> None:
        self.plan = plan
        self.outcome: Optional[Outcome] = None
        stays = Stays(_engines, int(nuke.frame())) if plan.keeps_engine and nuke.GUI else None  # a terminal ends soon
        self.engine = EngineRun(engine_command(plan.engine), frames=len(plan.frames), only=plan.only, stays=stays)

    def cancel(self) -> None:
        """Stop the engine; the run ends soon after. Safe from any thread."""
        self.engine.cancel()

    def start(self) -> None:
        """Begin. In a terminal this returns when the run is over, and raises what went wrong."""
        _runs.begin(self.plan.uid, self)
        if nuke.GUI:
            threading.Thread(target=self._in_thread, name="cmft-run", daemon=True).start()
            return
        try:
            self.outcome = self._watch(Terminal(self.plan.name, nuke.tprint))
        finally:
            _runs.end(self.plan.uid)
        self._apply()
        if self.outcome.error is not None:
            raise self.outcome.error

    def _in_thread(self) -> None:
        outcome = Outcome(error=bug())
        try:
            outcome = self._watch(Window("CMFT: {}".format(self.plan.name)))
        finally:
            nuke.executeInMainThread(self._finish, args=(outcome,))

    def _finish(self, outcome: Outcome) -> None:
        """Bring the outcome to the node; runs in the main thread."""
        self.outcome = outcome
        _runs.end(self.plan.uid)
        error = outcome.error
        try:
            self._apply()
        except CmftError as failure:  # the node was taken apart meanwhile
            error = failure
        if error is not None and not isinstance(error, Cancelled):
            nuke.message("{}: {}\n\nLog: {}".format(self.plan.name, error, self.plan.folder / LOG))

    def _apply(self) -> None:
        assert self.outcome is not None  # both callers have set it
        group = find(self.plan.uid, self.plan.name)
        if group is None:
            nuke.tprint("CMFT: {} is gone; its frames are in {}".format(self.plan.name, self.plan.folder))
            return
        if isinstance(self.plan, FixPlan):
            apply_fix(group, self.plan, self.outcome)
        else:
            apply_outcome(group, self.plan, self.outcome)

    def _watch(self, shown: Union[Window, Terminal]) -> Outcome:
        """Follow the engine to its end and return what came of it."""
        try:
            outcome = self.engine.follow(self.plan.work, shown.show, shown.is_cancelled)
        finally:
            shown.close()
        outcome = outcome._replace(warnings=outcome.warnings + self.plan.warnings)
        self.engine.keep_log(self.plan.folder, self.plan.sentence(outcome))
        return outcome


def start(plan: Union[Plan, FixPlan]) -> Run:
    """Start a run. Raises InputError when the node is being coloured already, EngineMissing without an engine."""
    refuse_second(plan.uid, plan.name)
    run = Run(plan)
    run.start()
    return run

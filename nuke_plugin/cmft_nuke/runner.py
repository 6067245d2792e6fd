"""Runs the engine for a node: in a thread when Nuke has a window, in place in a terminal.

The thread touches no node. What a run has made reaches the node through Nuke's main thread, where the node is looked
up anew: it may have been renamed or deleted meanwhile.
"""

import queue
import threading
from typing import Dict, List, Optional, Union

import nuke

from cmft_engine.protocol.client import EngineClient
from cmft_engine.protocol.errors import Cancelled, CmftError, EngineError, InputError
from cmft_engine.protocol.events import Event, Finished, FrameDone, Message, Skipped
from cmft_engine.protocol.text_file import write_text

from .engine import engine_command
from .nodes import find
from .progress import Progress, Terminal, Window
from .results import Outcome, apply_outcome, sentence
from .shot_job import Plan

POLL_S = 0.1  # how often the window's Cancel is looked at
LOG = "engine.log"

_runs: Dict[str, "Run"] = {}  # by the node's identity; changed in the main thread only
_ended: Dict[str, "Run"] = {}  # the last run of each, likewise; of this session


class Run:
    """One run of the engine for one node. `progress`, `words` and `is_stopping` may be read from any thread."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.outcome: Optional[Outcome] = None
        self.progress = Progress(plan.name, len(plan.frames))
        self.words = "starting the engine"
        self.is_stopping = False
        self._client = EngineClient(engine_command(plan.engine))
        self._news: queue.Queue[Union[Event, CmftError, None]] = queue.Queue()

    def cancel(self) -> None:
        """Stop the engine; the run ends soon after. Safe from any thread."""
        self.is_stopping = True
        self._client.cancel()

    def start(self) -> None:
        """Begin. In a terminal this returns when the run is over, and raises what went wrong."""
        _runs[self.plan.uid] = self
        _ended.pop(self.plan.uid, None)
        if nuke.GUI:
            threading.Thread(target=self._in_thread, name="cmft-run", daemon=True).start()
            return
        try:
            self.outcome = self._watch(Terminal(self.plan.name, nuke.tprint))
        finally:
            _runs.pop(self.plan.uid, None)
        _ended[self.plan.uid] = self
        self._apply()
        if self.outcome.error is not None:
            raise self.outcome.error

    def _in_thread(self) -> None:
        outcome = Outcome((), error=EngineError("the run ended in a way that is a bug; please report it with the text "
                                                "in Nuke's terminal"))
        try:
            outcome = self._watch(Window("CMFT: {}".format(self.plan.name)))
        finally:
            nuke.executeInMainThread(self._finish, args=(outcome,))

    def _finish(self, outcome: Outcome) -> None:
        """Bring the outcome to the node; runs in the main thread."""
        _runs.pop(self.plan.uid, None)
        self.outcome = outcome
        _ended[self.plan.uid] = self
        self._apply()
        if outcome.error is not None and not isinstance(outcome.error, Cancelled):
            nuke.message("{}: {}\n\nLog: {}".format(self.plan.name, outcome.error, self.plan.folder / LOG))

    def _apply(self) -> None:
        assert self.outcome is not None  # both callers have set it
        group = find(self.plan.uid, self.plan.name)
        if group is None:
            nuke.tprint("CMFT: {} is gone; its frames are in {}".format(self.plan.name, self.plan.folder))
            return
        apply_outcome(group, self.plan, self.outcome)

    def _watch(self, shown: Union[Window, Terminal]) -> Outcome:
        """Follow the engine to its end and return what came of it."""
        pump = threading.Thread(target=self._pump, name="cmft-events", daemon=True)
        pump.start()
        done: List[int] = []
        warnings: List[str] = []
        finished: Optional[Finished] = None
        error: Optional[CmftError] = None
        try:
            while True:
                event = self._next(shown)
                if event is None:
                    break
                if isinstance(event, CmftError):
                    error = event
                    continue
                if isinstance(event, (FrameDone, Skipped)):
                    done.append(event.frame)
                if isinstance(event, Message) and event.level == "warning":
                    warnings.append(event.text)
                finished = event if isinstance(event, Finished) else finished
                words = self.progress.note(event)
                if words:
                    self.words = words
                    shown.show(self.progress.percent, words)
        finally:
            self._client.cancel()  # no effect after the engine's own end
            shown.close()
        pump.join(1.0)
        return self._logged(Outcome(tuple(sorted(done)), finished, error, tuple(warnings)))

    def _next(self, shown: Union[Window, Terminal]) -> Union[Event, CmftError, None]:
        """Return the next event, the error that ended the run, or None at its end; obeys the window's Cancel."""
        while True:
            if shown.is_cancelled() or self.is_stopping:  # a cancel that came before the engine's process is heard too
                self._client.cancel()
            try:
                return self._news.get(timeout=POLL_S)
            except queue.Empty:
                continue

    def _pump(self) -> None:
        """Hand on the engine's events from a thread of its own, so that Cancel need not wait for one."""
        try:
            for event in self._client.run(self.plan.job_file):
                self._news.put(event)
        except CmftError as error:
            self._news.put(error)
        finally:
            self._news.put(None)

    def _logged(self, outcome: Outcome) -> Outcome:
        """Keep the end of the engine's log beside the plates."""
        text = self._client.log_text + "\n" + sentence(self.plan, outcome) + "\n"
        try:
            write_text(self.plan.folder / LOG, text)
        except OSError as error:
            nuke.tprint("CMFT: the log cannot be written: {}".format(error.strerror))
        return outcome


def start(plan: Plan) -> Run:
    """Start a run. Raises InputError when the node is being coloured already, EngineMissing without an engine."""
    if plan.uid in _runs:
        raise InputError("{} is being coloured; wait, or press Cancel first".format(plan.name))
    run = Run(plan)
    run.start()
    return run


def running(uid: str) -> Optional[Run]:
    """Return the run of a node, None when it has none."""
    return _runs.get(uid)


def ended(uid: str) -> Optional[Run]:
    """Return the last run of a node that is over, None when there was none in this session."""
    return _ended.get(uid)


def forget_ended(uid: str) -> None:
    """Let the last run of a node be forgotten, as when its error has been read."""
    _ended.pop(uid, None)

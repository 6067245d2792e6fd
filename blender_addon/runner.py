"""Runs a request to its end in a thread: the second Blender first where inputs are no files, then the engine.

The thread touches no data of Blender. Its outcome is brought to the node by `results.apply_outcome` in the main thread.
"""

import threading
from typing import Callable, List, NamedTuple, Optional, Tuple, Union

from cmft_engine.protocol.errors import CmftError, InputError
from cmft_engine.protocol.host.outcome import Outcome, outcome_sentence
from cmft_engine.protocol.host.progress import Progress
from cmft_engine.protocol.host.run import EngineRun, Runs, Stays, bug
from cmft_engine.protocol.requests import Correct
from cmft_engine.protocol.warm import Engines

from .names import WORDING
from .prep import Renderer
from .shot_job import Plan, RunRequest, write_job

_runs: "Runs[Union[Run, FixRun]]" = Runs()
_engines = Engines()
running, ended, all_running, refuse_second = _runs.running, _runs.ended, _runs.all, _runs.refuse_second
close_engine = _engines.close


class Run:
    """One run for one node. `engine` may be asked how far it is, and `cancel` called, from any thread.

    `plan` is there when the job is written, `outcome` when the run is over.
    """

    def __init__(self, request: RunRequest, engine: List[str], *, view: Optional[int] = None) -> None:
        """view: the frame in view, where one engine stays for the file; None: the run gets a process of its own."""
        self.request = request
        self.plan: Optional[Plan] = None
        self._outcome = Outcome(error=bug())
        self.engine = EngineRun(engine, frames=len(request.frames), shift=request.lines.shift, only=request.only,
                                stays=None if view is None else Stays(_engines, view))
        self._renderer = Renderer(request.rendering) if request.rendering is not None else None
        self._thread = threading.Thread(target=self._work, name="cmft-run", daemon=True)
        self._say: Callable[[Progress], None] = _ignore

    def start(self, say: Optional[Callable[[Progress], None]] = None) -> None:
        """Begin; `say` is called in the run's thread whenever there is a new sentence."""
        self._say = say or _ignore
        _runs.begin(self.request.uid, self)
        self._thread.start()

    def cancel(self) -> None:
        """Stop what runs; finished frames stay."""
        self.engine.cancel()
        if self._renderer is not None:
            self._renderer.cancel()

    def wait(self, seconds: Optional[float] = None) -> Optional[Outcome]:
        """Return the outcome, None while the run goes on after `seconds`. Main thread."""
        return _outcome_of(self, seconds)

    def _work(self) -> None:
        try:
            if self._renderer is not None:
                self._show("rendering what is connected")
                self._renderer.render(lambda words: self._show("rendered {}".format(words)))
            self.plan = write_job(self.request)
            self._show("starting the engine")
            self._outcome = self.engine.follow(self.plan.job_file, self._say)
            self._outcome = self._outcome._replace(warnings=self._outcome.warnings + self.request.warnings)
            self.engine.keep_log(self.plan.job_file.parent,
                                  outcome_sentence(self._outcome, self.request.frames, WORDING))
        except CmftError as error:
            self._outcome = Outcome(error=error)
        except OSError as error:
            self._outcome = Outcome(error=InputError("{}: {}; choose another Cache Folder".format(
                error.filename or self.request.folder, error.strerror)))

    def _show(self, words: str) -> None:
        self.engine.progress.words = words
        self._say(self.engine.progress)


class FixRequest(NamedTuple):
    """One correction of a node's result; `work` counts frames as the plates do, `frames` those of the result as hosts.

    shift: from a frame of the scene to the number of its plate.
    """

    uid: str
    name: str
    work: Correct
    frames: Tuple[int, ...]
    shift: int


class FixRun:
    """One correction for one node, with the same face as `Run`."""

    def __init__(self, request: FixRequest, engine: List[str], *, view: Optional[int] = None) -> None:
        """view: as `Run` takes it."""
        self.request = request
        self._outcome = Outcome(error=bug())
        self.engine = EngineRun(engine, frames=len(request.frames), shift=request.shift,
                                stays=None if view is None else Stays(_engines, view))
        self._thread = threading.Thread(target=self._work, name="cmft-fix", daemon=True)

    def start(self) -> None:
        """Begin."""
        _runs.begin(self.request.uid, self)
        self._thread.start()

    def cancel(self) -> None:
        """Stop the engine; plates that were made anew stay."""
        self.engine.cancel()

    def wait(self, seconds: Optional[float] = None) -> Optional[Outcome]:
        """Return the outcome, None while the run goes on after `seconds`. Main thread."""
        return _outcome_of(self, seconds)

    def _work(self) -> None:
        self._outcome = self.engine.follow(self.request.work, _ignore)


def _outcome_of(run: Union[Run, FixRun], seconds: Optional[float]) -> Optional[Outcome]:
    run._thread.join(seconds)
    if run._thread.is_alive():
        return None
    _runs.end(run.request.uid)
    return run._outcome


def _ignore(_: Progress) -> None:
    """For runs that nobody listens to."""

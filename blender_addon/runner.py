"""Runs an order to its end in a thread: the second Blender first where inputs are no files, then the engine.

The thread touches no data of Blender. Its outcome is brought to the node by `results.apply_outcome` in the main thread.
"""

import threading
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple

from cmft_engine.protocol.client import EngineClient
from cmft_engine.protocol.errors import CmftError, EngineError, InputError
from cmft_engine.protocol.events import Finished, FrameDone, Message, Skipped
from cmft_engine.protocol.text_file import write_text

from .prep import Renderer
from .progress import Progress
from .shot_job import Order, Plan, write_job

LOG = "engine.log"

_runs: Dict[str, "Run"] = {}  # by the group's identity; changed in the main thread only


class Outcome(NamedTuple):
    """How a run ended: the frames (the scene's) that stand on disk, the last event of a good run, or the error."""

    plan: Optional[Plan]
    done: Tuple[int, ...] = ()
    finished: Optional[Finished] = None
    error: Optional[CmftError] = None
    warnings: Tuple[str, ...] = ()


class Run:
    """One run for one node. `progress` may be read, and `cancel` called, from any thread."""

    def __init__(self, order: Order, engine: List[str]) -> None:
        self.order = order
        self.progress = Progress(len(order.frames), order.lines.shift)
        self.is_stopping = False
        self._outcome = Outcome(None, error=EngineError("the run ended in a way that is a bug; please report it with "
                                                        "the text in the terminal"))
        self._client = EngineClient(engine)
        self._renderer = Renderer(order.request) if order.request is not None else None
        self._thread = threading.Thread(target=self._work, name="cmft-run", daemon=True)
        self._say: Callable[[Progress], None] = _ignore

    def start(self, say: Optional[Callable[[Progress], None]] = None) -> None:
        """Begin; `say` is called in the run's thread whenever there is a new sentence."""
        self._say = say or _ignore
        _runs[self.order.uid] = self
        self._thread.start()

    def cancel(self) -> None:
        """Stop what runs; finished frames stay."""
        self.is_stopping = True
        if self._renderer is not None:
            self._renderer.cancel()
        self._client.cancel()

    def wait(self, seconds: Optional[float] = None) -> Optional[Outcome]:
        """Return the outcome, None while the run goes on after `seconds`. Main thread."""
        self._thread.join(seconds)
        if self._thread.is_alive():
            return None
        _runs.pop(self.order.uid, None)
        return self._outcome

    def _work(self) -> None:
        try:
            if self._renderer is not None:
                self._show("rendering what is connected")
                self._renderer.render(self._show_rendered)
            self._outcome = self._color(write_job(self.order))
        except CmftError as error:
            self._outcome = Outcome(None, error=error)
        except OSError as error:
            self._outcome = Outcome(None, error=InputError("{}: {}; choose another Cache Folder".format(
                error.filename or self.order.folder, error.strerror)))

    def _show(self, words: str) -> None:
        self.progress.words = words
        self._say(self.progress)

    def _show_rendered(self, words: str) -> None:
        self._show("rendered {}".format(words))

    def _color(self, plan: Plan) -> Outcome:
        done: List[int] = []
        warnings: List[str] = []
        finished: Optional[Finished] = None
        error: Optional[CmftError] = None
        self._show("starting the engine")
        try:
            for event in self._client.run(plan.job_file):
                if self.is_stopping:  # a cancel that came before the engine's process is heard too
                    self._client.cancel()
                if isinstance(event, (FrameDone, Skipped)):
                    done.append(event.frame - plan.plates.shift)
                if isinstance(event, Message) and event.level == "warning":
                    warnings.append(event.text)
                finished = event if isinstance(event, Finished) else finished
                if self.progress.note(event):
                    self._say(self.progress)
        except CmftError as failure:
            error = failure
        outcome = Outcome(plan, tuple(sorted(done)), finished, error, tuple(warnings))
        self._keep_log(plan.folder, error)
        return outcome

    def _keep_log(self, folder: Path, error: Optional[CmftError]) -> None:
        """Keep the end of the engine's log beside the plates."""
        write_text(folder / LOG, "{}\n{}\n".format(self._client.log_text, error or "finished"))


def _ignore(_: Progress) -> None:
    """For runs that nobody listens to."""


def running(uid: str) -> Optional[Run]:
    """Return the run of a group, None when it has none."""
    return _runs.get(uid) if uid else None


def all_running() -> List[Run]:
    """Return every run."""
    return list(_runs.values())

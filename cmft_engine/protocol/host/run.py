"""One run of the engine for a node: its job, its events, its cancel, its log; and the runs of a session."""

import logging
import queue
import threading
from pathlib import Path
from typing import Callable, Dict, Generic, Iterator, List, NamedTuple, Optional, Sequence, Tuple, TypeVar, Union

from ..client import EngineClient
from ..errors import Cancelled, CmftError, EngineError, InputError
from ..events import Event, Finished, FrameDone, FrameFailed, Message, Skipped
from ..job import Job, save_job
from ..requests import Correct
from ..text_file import write_text
from ..warm import Engines, WarmClient
from .digests import content_digest
from .outcome import Outcome
from .progress import Progress

POLL_S = 0.1  # how often a cancel is looked for while the engine says nothing
JOB, LOG = "job.json", "engine.log"

log = logging.getLogger(__name__)

AnyRun = TypeVar("AnyRun")
AnyClient = Union[EngineClient, WarmClient]
_News = Union[Event, CmftError, None]


class Stays(NamedTuple):
    """The engine that stays for a host's document, and the frame in view, which it colours first."""

    engines: Engines
    view: Optional[int] = None


def bug() -> EngineError:
    """Return the error of a run that ended neither well nor with an error of the engine."""
    return EngineError("the run ended in a way that is a bug; please report it with the text in the terminal")


def place_job(job: Job, node_folder: Path, look: Sequence[str] = ()) -> Job:
    """Save a job in a folder that its settings, references and palette name, and return it with its plates there.

    job.out: the plates' name without a folder; look: what the picture depends on besides. What is finished there is
    kept. Raises InputError.
    """
    texts = [repr(job.settings), repr([reference.frame for reference in job.references]), *look]
    files = [reference.path for reference in job.references] + ([job.palette] if job.palette else [])
    folder = node_folder / content_digest(files, texts)
    placed = job._replace(out=(folder / job.out).as_posix(), resume=True)
    save_job(placed, folder / JOB)
    return placed


class EngineRun:
    """The engine at work for one node. `progress` and `is_stopping` may be read, `cancel` called, from any thread."""

    def __init__(self, command: Sequence[str], *, frames: int, shift: int = 0, only: Optional[str] = None,
                 stays: Optional[Stays] = None) -> None:
        """frames: how many are to be coloured; shift: from a host's frame to the number in a plate's name.

        only: those plates of the job that are coloured, as the whole job would colour them; None for all. stays: the
        engine that is asked first, None where each run has a process of its own.
        """
        self._only = only
        self.progress = Progress(frames, shift)
        self._client = EngineClient(command) if stays is None else WarmClient(
            command, stays.engines, first=None if stays.view is None else stays.view + shift)  # type: AnyClient
        self._stop = threading.Event()

    @property
    def is_stopping(self) -> bool:
        """Whether it was cancelled."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Stop the engine, or keep it from being started; finished frames stay."""
        self._stop.set()
        self._client.cancel()

    def follow(self, work: Union[Path, Correct], show: Callable[[Progress], None],
               wants_cancel: Callable[[], bool] = lambda: False) -> Outcome:
        """Run a job file, or correct a shot, to the end and return what came of it.

        show: called in this thread when there is something new to show; wants_cancel: asked about ten times a second.
        A cancel needs no event of the engine to be heard.
        """
        if self.is_stopping or wants_cancel():
            return Outcome(error=Cancelled("cancelled before the engine started"))
        news: "queue.Queue[_News]" = queue.Queue()
        pump = threading.Thread(target=self._pump, args=(work, news), name="cmft-events", daemon=True)
        pump.start()
        try:
            outcome = self._watch(self._next_events(news, wants_cancel), show)
        finally:
            self._client.cancel()  # no effect after the engine's own end; Ctrl-C comes here
        pump.join(1.0)
        return outcome

    def _watch(self, news: Iterator[Union[Event, CmftError]], show: Callable[[Progress], None]) -> Outcome:
        done: List[int] = []
        warnings: List[str] = []
        finished: Optional[Finished] = None
        error: Optional[CmftError] = None
        for event in news:
            if isinstance(event, CmftError):
                error = event
                continue
            if isinstance(event, (FrameDone, Skipped)):
                done.append(event.frame - self.progress.shift)
            elif isinstance(event, Message) and event.level == "warning":
                warnings.append(event.text)
            elif isinstance(event, FrameFailed):
                warnings.append(event.message)
            elif isinstance(event, Finished):
                finished = event
            if self.progress.note(event):
                show(self.progress)
        if finished is None and error is None:
            error = bug()
        return Outcome(tuple(sorted(done)), finished, error, tuple(warnings))

    def _next_events(self, news: "queue.Queue[_News]",
                     wants_cancel: Callable[[], bool]) -> Iterator[Union[Event, CmftError]]:
        while True:
            if self.is_stopping or wants_cancel():
                self.cancel()  # again: one that came before the engine's process was forgotten
            try:
                event = news.get(timeout=POLL_S)
            except queue.Empty:
                continue
            if event is None:
                return
            yield event

    def _pump(self, work: Union[Path, Correct], news: "queue.Queue[_News]") -> None:
        """Hand on the engine's events from a thread of its own; None marks the end."""
        try:
            events = self._client.run(work, only=self._only) if isinstance(work, Path) else self._client.correct(work)
            for event in events:
                news.put(event)
        except CmftError as error:
            news.put(error)
        finally:
            news.put(None)

    def keep_log(self, folder: Path, sentence: str) -> None:
        """Keep the end of the engine's log and the run's end beside the plates; where that fails, a warning is logged.

        The plates are there all the same.
        """
        try:
            write_text(folder / LOG, "{}\n{}\n".format(self._client.log_text, sentence))
        except OSError as error:
            log.warning("%s: the log cannot be written (%s)", folder / LOG, error.strerror)


class Runs(Generic[AnyRun]):
    """The runs of a session by their node's identity. Main thread only."""

    def __init__(self) -> None:
        self._running: Dict[str, AnyRun] = {}
        self._ended: Dict[str, AnyRun] = {}  # the last of each node

    def begin(self, uid: str, run: AnyRun) -> None:
        """Note that a run has begun."""
        self._running[uid] = run
        self._ended.pop(uid, None)

    def end(self, uid: str) -> None:
        """Note that a node's run is over."""
        run = self._running.pop(uid, None)
        if run is not None:
            self._ended[uid] = run

    def refuse_second(self, uid: str, name: str) -> None:
        """Raise InputError when the node has a run already."""
        if uid in self._running:
            raise InputError("{} is being coloured; wait, or press Cancel first".format(name))

    def running(self, uid: str) -> Optional[AnyRun]:
        """Return a node's run, None when it has none."""
        return self._running.get(uid)

    def ended(self, uid: str) -> Optional[AnyRun]:
        """Return a node's last run that is over, None when there was none in this session."""
        return self._ended.get(uid)

    def forget(self, uid: str) -> None:
        """Let a node's last run be forgotten, as when its error has been read."""
        self._ended.pop(uid, None)

    def all(self) -> Tuple[AnyRun, ...]:
        """Return every run that goes on."""
        return tuple(self._running.values())

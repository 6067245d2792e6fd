"""Inputs that are no files: a second Blender renders them, from a copy of the file, while this one stays free.

`save_copy` runs in the main thread; `render` in any, it touches no data of Blender.
"""

import json
import os
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any, Callable, List, NamedTuple, Optional, Sequence, Tuple

import bpy

from cmft_engine.protocol.errors import Cancelled, EngineError, InputError
from cmft_engine.protocol.host.sequences import Plates
from cmft_engine.protocol.job import frame_runs
from cmft_engine.protocol.text_file import parse_json, write_text

from . import compat
from .inputs import pictures_are_saved
from .nodes import NodeInstance

CHILD = "prep_child.py"
LINES, REFERENCES, OWN_LINES = "line", "ref", "ref_line"  # names of the rendered plates
_DROPPED = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP")
_LOG_CHARACTERS = 1500

Wanted = Tuple[Tuple[str, int, Tuple[int, ...]], ...]  # name of the plates, number of the input, frames


class RenderRequest(NamedTuple):
    """What the second Blender is asked for: the input sockets by number, each with the frames to render."""

    blend: str
    folder: Path
    scene: str
    group: str
    wanted: Wanted

    def plates(self, name: str) -> Plates:
        """Return the plates that will be there."""
        return Plates((self.folder / "{}.####.exr".format(name)).as_posix())


def save_copy(instance: NodeInstance, folder: Path, wanted: Wanted) -> RenderRequest:
    """Save a copy of the open file, which stays as it is, and return what to ask of it. Raises InputError."""
    blend = folder / "inputs.{}.blend".format(os.getpid())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        bpy.ops.wm.save_as_mainfile(filepath=str(blend), copy=True, check_existing=False)
    except (OSError, RuntimeError) as error:
        raise InputError("{}: a copy of the file cannot be saved in {} ({}); choose another Cache Folder".format(
            instance.name, folder, str(error).strip())) from error
    return RenderRequest(str(blend), folder, instance.scene.name, instance.group.name, wanted)


def ask_for(instance: NodeInstance, folder: Path,
            jobs: Sequence[Tuple[str, str, Tuple[int, ...]]]) -> Optional[RenderRequest]:
    """Save a copy of the file for the second Blender, and return what to ask of it; None for no jobs.

    jobs: for each input the name of its plates, its own name, and the frames. Raises InputError.
    """
    wanted = tuple((name, _number(instance, entry), frames) for name, entry, frames in jobs)
    for _, number, _ in wanted:
        pictures_are_saved(instance, number)
    return save_copy(instance, folder, wanted) if wanted else None


def _number(instance: NodeInstance, name: str) -> int:
    """Return the number of an input, which is another in nodes of an older layout."""
    return [entry.name for entry in instance.node.inputs].index(name)


class Renderer:
    """Runs one request; `cancel` may come from any thread."""

    def __init__(self, request: RenderRequest) -> None:
        self._request = request
        self._process: Optional[subprocess.Popen[str]] = None
        self._lock = threading.Lock()
        self._cancelled = False

    def cancel(self) -> None:
        """Stop the second Blender."""
        with self._lock:
            self._cancelled = True
            if self._process is not None:
                self._process.kill()

    def render(self, say: Callable[[str], None]) -> None:
        """Render all that is wanted; the plates appear whole. Raises Cancelled, InputError, EngineError."""
        request = self._request
        work = request.folder / "rendering.{}".format(os.getpid())
        try:
            shutil.rmtree(str(work), ignore_errors=True)
            work.mkdir()
            asked = work / "request.json"
            wanted = [(name, number, frame_runs(frames)) for name, number, frames in request.wanted]
            write_text(asked, json.dumps(dict(request._asdict(), folder=str(work), wanted=wanted)))
            self._run([*compat.own_program(), os.path.join(os.path.dirname(os.path.abspath(__file__)), CHILD), "--",
                       str(asked)], say)
            for name, _, frames in request.wanted:
                for frame in frames:
                    _take(Plates((work / "{}####.exr".format(name)).as_posix()).path(frame),
                          request.plates(name).path(frame))
        finally:
            shutil.rmtree(str(work), ignore_errors=True)
            if os.path.exists(request.blend):
                os.unlink(request.blend)

    def _run(self, command: List[str], say: Callable[[str], None]) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in _DROPPED}
        with self._lock:
            if self._cancelled:
                raise Cancelled("cancelled before the inputs were rendered")
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                             stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
                                             env=environment)
        log: List[str] = []
        error = ""
        assert self._process.stdout is not None  # asked for above
        for line in self._process.stdout:
            news = _news_of(line)
            error = str(news.get("error", error))
            if "rendered" in news:
                say(str(news["rendered"]))
            log.append(line)
        code = self._process.wait()
        if self._cancelled:
            raise Cancelled("cancelled while the inputs were rendered")
        if error:
            raise InputError(error)
        if code != 0:
            raise EngineError("the second Blender, which renders the inputs, ended with {}; the end of its log:\n"
                              "{}".format(code, "".join(log)[-_LOG_CHARACTERS:]))


def _news_of(line: str) -> Any:
    try:
        found = parse_json(line)
    except ValueError:  # Blender's own lines
        return {}
    news = found.get("cmft") if isinstance(found, dict) else None
    return news if isinstance(news, dict) else {}


def _take(source: str, target: str) -> None:
    """Bring a rendered plate to its place; one that has not changed is left alone. Raises InputError."""
    if not os.path.isfile(source):
        raise InputError("{}: Blender did not render this input; look at the scene's frame range and output".format(
            target))
    if os.path.isfile(target) and Path(source).read_bytes() == Path(target).read_bytes():
        os.unlink(source)
        return
    os.replace(source, target)

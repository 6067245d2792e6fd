"""Starting and ending the host in a Python process, and the rules that must hold when it ends."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any, Iterable, Iterator, List, Tuple, TypeVar, Union

from . import module
from .environment import Environment
from .faults import HostFault
from .session import Session

if TYPE_CHECKING:
    Folder = Union[str, os.PathLike[str]]

Self = TypeVar("Self", bound="Program")
HANG_S = 60.0  # a thread that has not ended by then hangs


class Program:
    """Nuke, started and ended by `with Host(gui=True, plugin_path=[folder]) as host:`.

    While it runs, `import nuke` gives its module, `sys.executable` is Nuke's (`host.python` is the real Python) and the
    environment holds what Nuke leaves there. Leaving the block raises HostFault if any rule was broken inside.
    `notices_files=False` lets Reads and their hashes see an overwritten file only after a press of `reload`, as artists
    know it; what Nuke does in every case could not be found out, so what is shipped should work both ways.
    """

    session: Session
    nuke: Any  # the module

    def __init__(self, gui: bool = True, plugin_path: Iterable[Folder] = (),
                 version: Tuple[int, int, int] = (15, 1, 3), notices_files: bool = True) -> None:
        self.python = sys.executable
        self._folders = [os.path.abspath(folder) for folder in plugin_path]
        self._gui, self._version, self._notices_files = gui, version, notices_files

    def __enter__(self: Self) -> Self:
        self._before = Environment()
        self.session = session = Session(self._gui, self._version)
        session.notices_files = self._notices_files
        self._modules = module.build_all(session)
        self.nuke = self._modules["nuke"]
        session.run_startup = self._run_startup
        self._before.become_nuke(self._modules)
        try:
            self._start()
        except BaseException:
            self._before.restore(self._modules, session.plugin_path)
            raise
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.session.callbacks.run("onScriptClose", self.session.root)
        left = self._threads_left()
        if self._gui:
            self.session.main.run_waiting()
        if kind is None:
            self.session.faults += left_open(self.session)
        self._before.restore(self._modules, self.session.plugin_path)
        if kind is None and left:
            raise HostFault("threads still run: {}".format(left))
        if kind is None and self.session.faults:
            raise HostFault("; ".join(self.session.faults))

    def _start(self) -> None:
        """Run init.py of every folder, the last folder first, then with a GUI every menu.py."""
        for folder in reversed(self._folders):
            self.nuke.pluginAddPath(folder)
        if self._gui:
            for folder in reversed(list(self.session.plugin_path)):
                self._run_startup(folder, "menu.py")

    def _run_startup(self, folder: str, name: str) -> None:
        path = os.path.join(folder, name)
        if not os.path.isfile(path):
            return
        with open(path, encoding="utf-8") as file:
            code = compile(file.read(), path, "exec")
        exec(code, {"__name__": "__main__", "__file__": path, "nuke": self.nuke})

    def _threads_left(self) -> List[str]:
        """Run the main loop until the threads begun inside have ended; return the names of those that hang."""
        started, end = self._before.threads_started(), time.monotonic() + HANG_S
        while any(thread.is_alive() for thread in started) and time.monotonic() < end:
            self.session.main.run(0.02)
        return [thread.name for thread in started if thread.is_alive()]


def left_open(session: Session) -> Iterator[str]:
    """Yield what should have been closed or run before Nuke quits."""
    if session.undo.open:
        yield "the Undo group {!r} was not ended".format(session.undo.open[0].name)
    if session.undo.off:
        yield "Undo was disabled and not enabled again"
    if session.groups:
        yield "Group.begin without end"
    if not session.gui and not session.main.calls.empty():
        yield "a call was handed to the main thread without GUI: nothing runs it"

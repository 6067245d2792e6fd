"""What a running Nuke changes in its process: modules, paths, environment and executable; and putting it back."""

from __future__ import annotations

import os
import sys
import threading
import types
from typing import Dict, Iterable, List

DIRTY = {"PYTHONHOME": "/nowhere/Nuke/python", "PYTHONPATH": "/nowhere/Nuke/pythonextensions",
         "NUKE_TEMP_DIR": "/nowhere/tmp", "QT_PLUGIN_PATH": "/nowhere/Nuke/qtplugins",
         "LD_LIBRARY_PATH": "/nowhere/Nuke"}
EXECUTABLE = "/nowhere/Nuke/Nuke"


class Environment:
    """The process as it was before Nuke started in it."""

    def __init__(self) -> None:
        self._path, self._modules = sys.path[:], dict(sys.modules)
        self._variables, self._executable = dict(os.environ), sys.executable
        self._threads = set(threading.enumerate())

    @staticmethod
    def become_nuke(modules: Dict[str, types.ModuleType]) -> None:
        """Offer Nuke's modules, environment and executable."""
        sys.modules.update(modules)
        os.environ.update(DIRTY)
        sys.executable = EXECUTABLE

    def threads_started(self) -> List[threading.Thread]:
        return [thread for thread in threading.enumerate() if thread not in self._threads]

    def restore(self, modules: Iterable[str], folders: Iterable[str]) -> None:
        """Put everything back; `modules` were Nuke's, and whatever was loaded from the folders is forgotten."""
        below = tuple(os.path.join(folder, "") for folder in folders)
        for name, loaded in list(sys.modules.items()):
            if below and (getattr(loaded, "__file__", None) or "").startswith(below):
                sys.modules.pop(name)
        for name in modules:
            sys.modules.pop(name, None)
            if name in self._modules:
                sys.modules[name] = self._modules[name]
        sys.path[:] = self._path
        sys.executable = self._executable
        os.environ.clear()
        os.environ.update(self._variables)

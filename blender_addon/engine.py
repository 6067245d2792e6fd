"""The command that starts the engine, and what it says of itself. Imports no `bpy`."""

import json
import os
import shlex
import shutil
import subprocess
from typing import List

from cmft_engine.protocol.client import clean_environment, no_program
from cmft_engine.protocol.errors import EngineError, InputError

HOME_FILE = "engine.json"  # written into the package by install.py: where the clone's environment is
DOCTOR_S = 300  # the first start of torch on a slow disk takes its time


class EngineMissing(InputError):
    """There is no engine to start: it was never set up, or its folder has gone."""


def engine_command(written: str) -> List[str]:
    """Return the command: the one written in the preferences, else the one that `install.py` has set up.

    Raises EngineMissing with what to do.
    """
    if written.strip():
        return _read_command(written)
    for python in _pythons():
        if os.path.exists(python):
            return [python, "-m", "cmft_engine"]
    found = shutil.which("cmft")
    if found:
        return [found]
    raise EngineMissing("engine missing: run python3 install.py engine in CMFT's folder, or write Engine Command in "
                        "the add-on's preferences; then press Colorize")


def _read_command(written: str) -> List[str]:
    """Return the words of a written command, whose first is a program that is there. Raises EngineMissing."""
    remedy = "correct Engine Command in the add-on's preferences or empty it"
    try:
        command = [part.strip('"') for part in shlex.split(written, posix=os.name != "nt")]
    except ValueError as error:  # a quote that is not closed
        raise EngineMissing("engine missing: {} in {}; {}".format(error, written, remedy)) from error
    if shutil.which(command[0]) is None:
        raise EngineMissing("engine missing: {}; {}".format(no_program(command), remedy))
    return command


def _pythons() -> List[str]:
    """Return interpreters that may have the engine: as install.py wrote, then of the clone that this lies in."""
    here = os.path.dirname(os.path.abspath(__file__))
    found = []
    try:
        with open(os.path.join(here, HOME_FILE), encoding="utf-8") as stream:
            found.append(str(json.load(stream)["python"]))
    except (OSError, ValueError, KeyError):
        pass  # a package from elsewhere
    parts = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return [*found, os.path.join(os.path.dirname(here), ".venv", *parts)]


def examine(command: List[str]) -> str:
    """Return what the engine's doctor says: versions, device, weights and a self-test. Raises EngineError."""
    try:
        result = subprocess.run([*command, "doctor"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                stdin=subprocess.DEVNULL, timeout=DOCTOR_S,
                                env=dict(clean_environment(os.environ), NO_COLOR="1", COLUMNS="300",
                                         PYTHONIOENCODING="utf-8"))
    except (OSError, subprocess.SubprocessError) as error:
        raise EngineError("the engine cannot be started ({}); correct Engine Command in the add-on's "
                          "preferences".format(error)) from error
    said = result.stdout.decode("utf-8", "replace").strip()
    if result.returncode != 0:
        raise EngineError("the engine is not in order:\n{}".format(said[-2000:] or "it says nothing"))
    return said

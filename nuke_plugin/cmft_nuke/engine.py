"""The command that starts the engine: its own Python in the clone, or what the node's knob says."""

import os
import shlex
import subprocess
from typing import List

from cmft_engine.protocol.client import no_program
from cmft_engine.protocol.errors import InputError

from .startup import FOLDER

NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows would open a console for each process


class EngineMissing(InputError):
    """There is no engine to start: it was never set up, or its folder has gone."""


def default_python() -> str:
    """Return the interpreter that `install.py` sets up, whether or not it is there."""
    clone = os.path.dirname(FOLDER)
    parts = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return os.path.join(clone, ".venv", *parts)


def engine_command(written: str) -> List[str]:
    """Return the command for an engine knob. Raises EngineMissing with what to do."""
    if written:
        command = _parts(written)
        if os.path.isabs(command[0]) and not os.path.isfile(command[0]):
            raise EngineMissing("engine missing: {}; correct the knob Engine command or empty it".format(
                no_program(command)))
        return command
    python = default_python()
    if not os.path.exists(python):
        raise EngineMissing("engine missing: run python3 install.py engine in {}, then press Colour".format(
            os.path.dirname(FOLDER)))
    return [python, "-m", "cmft_engine"]


def _parts(written: str) -> List[str]:
    """Return the words of a command. Raises EngineMissing for a quote that does not end, and for no program at all."""
    try:
        command = [part.strip('"') for part in shlex.split(written, posix=os.name != "nt")]
    except ValueError as error:
        raise EngineMissing("engine missing: {} is no command ({}); correct the knob Engine command or empty it".format(
            written, error)) from error
    if not command or not command[0]:
        raise EngineMissing("engine missing: {} names no program; correct the knob Engine command or empty it".format(
            written))
    return command

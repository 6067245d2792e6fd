"""The command that starts the engine: the one that a person has written, else the one that install.py has set up."""

import os
import shlex
import shutil
import subprocess
from typing import List, NamedTuple, Sequence

from ..client import clean_environment, no_program
from ..errors import EngineError, InputError

_NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows would open a console for each process
_READABLE = {"NO_COLOR": "1", "COLUMNS": "300", "PYTHONIOENCODING": "utf-8"}


class EngineMissing(InputError):
    """There is no engine to start: it was never set up, or its folder has gone."""


class Remedies(NamedTuple):
    """What a host tells people to do."""

    set_up: str  # where no engine is set up, such as "run python3 install.py engine, then press Colorize"
    correct: str  # with a written command that starts nothing, such as "correct the knob Engine command or empty it"


def clone_python(clone: str) -> str:
    """Return the interpreter that `install.py` sets up in a clone, whether or not it is there."""
    return os.path.join(clone, ".venv", *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))


def engine_command(written: str, pythons: Sequence[str], remedies: Remedies) -> List[str]:
    """Return the command: the one that is written, else the first of the interpreters that is there, else `cmft`.

    Raises EngineMissing with what to do.
    """
    if written.strip():
        return _read_command(written, remedies.correct)
    for python in pythons:
        if os.path.exists(python):
            return [python, "-m", "cmft_engine"]
    found = shutil.which("cmft")
    if found:
        return [found]
    raise EngineMissing("engine missing: {}".format(remedies.set_up))


def _read_command(written: str, correct: str) -> List[str]:
    """Return the words of a written command, whose first is a program that is there. Raises EngineMissing."""
    try:
        command = [part.strip('"') for part in shlex.split(written, posix=os.name != "nt")]
    except ValueError as error:  # a quote that is not closed
        raise EngineMissing("engine missing: {} in {}; {}".format(error, written, correct)) from error
    if not command or not command[0]:
        raise EngineMissing("engine missing: {} names no program; {}".format(written, correct))
    if shutil.which(command[0]) is None:
        raise EngineMissing("engine missing: {}; {}".format(no_program(command), correct))
    return command


class Answer(NamedTuple):
    """What the engine says to a question: its exit code, and its stdout and stderr as text."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """All that it says, or that it says nothing."""
        return "\n".join(filter(None, (self.out, self.err))) or "it says nothing"


def ask_engine(command: Sequence[str], *arguments: str, patience_s: float) -> Answer:
    """Run one of the engine's quick commands, such as --version, and return its answer.

    Raises EngineError when it cannot be started or does not end within `patience_s`.
    """
    try:
        result = subprocess.run([*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                stdin=subprocess.DEVNULL, env=dict(clean_environment(os.environ), **_READABLE),
                                timeout=patience_s, creationflags=_NO_WINDOW)
    except (OSError, subprocess.SubprocessError) as error:
        raise EngineError("the engine cannot be started ({}); correct the engine command".format(error)) from error
    out, err = (stream.decode("utf-8", "replace").strip() for stream in (result.stdout, result.stderr))
    return Answer(result.returncode, out, err)

"""The command that starts the engine, and what it says of itself. Imports no `bpy`."""

import os
from typing import List

from cmft_engine.protocol.errors import EngineError
from cmft_engine.protocol.host import command
from cmft_engine.protocol.text_file import parse_json, read_text

HOME_FILE = "engine.json"  # written into the package by install.py: where the clone's environment is
DOCTOR_S = 300  # the first start of torch on a slow disk takes its time
REMEDIES = command.Remedies("run python3 install.py engine in CMFT's folder, or write Engine Command in the add-on's "
                            "preferences; then press Colorize",
                            "correct Engine Command in the add-on's preferences or empty it")


def engine_command(written: str) -> List[str]:
    """Return the command: the one written in the preferences, else the one that `install.py` has set up.

    Raises EngineMissing with what to do.
    """
    return command.engine_command(written, _pythons(), REMEDIES)


def _pythons() -> List[str]:
    """Return interpreters that may have the engine: as install.py wrote, then of the clone that this lies in."""
    here = os.path.dirname(os.path.abspath(__file__))
    found = []
    try:
        found.append(str(parse_json(read_text(os.path.join(here, HOME_FILE)))["python"]))
    except (OSError, ValueError, KeyError, TypeError):
        pass  # a package from elsewhere
    return [*found, command.clone_python(os.path.dirname(here))]


def examine(engine: List[str]) -> str:
    """Return what the engine's doctor says: versions, device, weights and a self-test. Raises EngineError."""
    answer = command.ask_engine(engine, "doctor", patience_s=DOCTOR_S)
    if answer.code != 0:
        raise EngineError("the engine is not in order:\n{}".format(answer.said[-2000:]))
    return answer.out

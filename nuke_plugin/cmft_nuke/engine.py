"""The command that starts the engine: its own Python in the clone, or what the node's knob says."""

from typing import List

from cmft_engine.protocol.host import command

from .places import CLONE

REMEDIES = command.Remedies("run python3 install.py engine in {}, then press Colorize".format(CLONE),
                            "correct the knob Engine command or empty it")


def default_python() -> str:
    """Return the interpreter that `install.py` sets up, whether or not it is there."""
    return command.clone_python(CLONE)


def engine_command(written: str) -> List[str]:
    """Return the command for an engine knob. Raises EngineMissing with what to do."""
    return command.engine_command(written, [default_python()], REMEDIES)

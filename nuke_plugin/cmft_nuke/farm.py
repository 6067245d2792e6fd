"""The bundle for render farms beside an exported job; the engine's own command `farm` writes it."""

from pathlib import Path
from typing import Tuple

from cmft_engine.protocol.errors import EngineError
from cmft_engine.protocol.host.command import ask_engine

from .engine import engine_command
from .shot_job import Plan

FOLDER = "farm"
_PATIENCE_S = 300  # it opens every plate's header


def write_bundle(plan: Plan) -> Tuple[Path, str]:
    """Write the bundle beside the job; return its folder and what the engine says of it.

    Raises EngineMissing without an engine, EngineError with the engine's sentence when it refuses.
    """
    folder = plan.folder / FOLDER
    answer = ask_engine(engine_command(plan.engine), "farm", "--job", str(plan.job_file), "--out", str(folder),
                        "--overwrite", patience_s=_PATIENCE_S)
    if answer.code != 0:
        said = " ".join(answer.err.split())
        raise EngineError("{}: the bundle for farms cannot be written: {}".format(plan.name, said[-600:]))
    return folder, answer.out

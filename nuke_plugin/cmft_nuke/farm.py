"""The bundle for render farms beside an exported job; the engine's own command `farm` writes it."""

import os
import subprocess
from pathlib import Path
from typing import Tuple

from cmft_engine.protocol.client import clean_environment
from cmft_engine.protocol.errors import EngineError

from .engine import NO_WINDOW, engine_command
from .shot_job import Plan

FOLDER = "farm"
_PATIENCE_S = 300  # it opens every plate's header


def write_bundle(plan: Plan) -> Tuple[Path, str]:
    """Write the bundle beside the job; return its folder and what the engine says of it.

    Raises EngineMissing without an engine, EngineError with the engine's sentence when it refuses.
    """
    folder = plan.folder / FOLDER
    command = [*engine_command(plan.engine), "farm", "--job", str(plan.job_file), "--out", str(folder), "--overwrite"]
    try:
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                env=clean_environment(os.environ), timeout=_PATIENCE_S, creationflags=NO_WINDOW)
    except (OSError, subprocess.SubprocessError) as error:
        raise EngineError("{}: the bundle for farms cannot be written ({}); look with Troubleshoot".format(
            plan.name, error)) from error
    if result.returncode != 0:
        said = " ".join(result.stderr.decode("utf-8", "replace").split())
        raise EngineError("{}: the bundle for farms cannot be written: {}".format(plan.name, said[-600:]))
    return folder, result.stdout.decode("utf-8", "replace").strip()

"""The host side under every Python that a supported host runs (Nuke 13: 3.7 … Blender 5: 3.13), and under this one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKS = Path(__file__).with_name("host_side.py")


def find_python(version: str) -> str | None:
    """Return an interpreter of that version that runs, on PATH or among pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = [shutil.which(f"python{version}"), *sorted(pyenv.glob(f"{version}.*/bin/python{version}"))]
    for candidate in filter(None, found):
        told = subprocess.run([candidate, "--version"], capture_output=True, text=True)
        if told.returncode == 0 and told.stdout.startswith(f"Python {version}."):
            return str(candidate)
    return None


@pytest.mark.parametrize("version", ["3.7", "3.9", "3.11", "3.13"])
def test_host_side(version: str) -> None:
    """Events, jobs and the client keep their promises under this Python, without a warning."""
    own = "{}.{}".format(*sys.version_info[:2])
    python = sys.executable if version == own else find_python(version)
    if python is None:
        pytest.skip(f"no Python {version} on this machine")
    result = subprocess.run(
        [python, "-W", "error", "-B", str(CHECKS)], capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, result.stderr

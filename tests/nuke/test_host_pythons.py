"""The host without pixels runs under the Python of every Nuke from 13 to 17."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKS = Path(__file__).with_name("host") / "old_python.py"
HANG_S = 600
NO_TCL = "No module named '_tkinter'"


def pythons(version):
    """Return the interpreters of a version, this one first."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    own = [sys.executable] if "{}.{}".format(*sys.version_info[:2]) == version else []
    return own + [str(path) for path in sorted(pyenv.glob(f"{version}.*/bin/python{version}"))]


@pytest.mark.parametrize("version", ["3.7", "3.9", "3.10", "3.11"])
def test_the_host_without_pixels(version):
    """Loading, pressing, undo, threads and saving work without a warning and without numpy."""
    for python in pythons(version):
        result = subprocess.run([python, "-I", "-W", "error", "-B", str(CHECKS)], capture_output=True, text=True,
                                timeout=HANG_S)
        if result.returncode and NO_TCL in result.stderr:
            continue
        assert result.returncode == 0, result.stderr
        return
    pytest.skip(f"no Python {version} with tkinter")

"""The host without pixels runs under the Python of every Nuke from 13 to 17."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKS = Path(__file__).with_name("host") / "old_python.py"


def pythons(version):
    """Return the interpreters of a version that have Tcl."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    own = [sys.executable] if "{}.{}".format(*sys.version_info[:2]) == version else []
    found = own + [str(path) for path in sorted(pyenv.glob(f"{version}.*/bin/python{version}"))]
    return [python for python in found
            if subprocess.run([python, "-I", "-c", "import tkinter"], capture_output=True).returncode == 0]


@pytest.mark.parametrize("version", ["3.7", "3.9", "3.10", "3.11"])
def test_the_host_without_pixels(version):
    """Loading, pressing, undo, threads and saving work without a warning and without numpy."""
    found = pythons(version)
    if not found:
        pytest.skip(f"no Python {version} with tkinter")
    result = subprocess.run([found[0], "-W", "error", "-B", str(CHECKS)], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr

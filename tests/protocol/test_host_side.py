"""The host side under every Python that a supported host runs (Nuke 13: 3.7 … Blender 5: 3.13), and under this one."""

import ast
import functools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MODULES = ("host_side", "host_work", "host_warm")


def find_python(version: str) -> str | None:
    """Return an interpreter of that version that runs, on PATH or among pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = [shutil.which(f"python{version}"), *sorted(pyenv.glob(f"{version}.*/bin/python{version}"))]
    for candidate in filter(None, found):
        told = subprocess.run([candidate, "--version"], capture_output=True, text=True)
        if told.returncode == 0 and told.stdout.startswith(f"Python {version}."):
            return str(candidate)
    return None


@functools.cache
def promises() -> dict[str, str]:
    """Return each check's name and its promise, without importing it."""
    return {f"{module}.{group.name}.{check.name}": ast.get_docstring(check) or ""
            for module in MODULES for group in ast.parse((HERE / f"{module}.py").read_text(encoding="utf-8")).body
            if isinstance(group, ast.ClassDef) for check in group.body
            if isinstance(check, ast.FunctionDef) and check.name.startswith("test_")}


@functools.cache
def results(version: str) -> dict[str, str] | None:
    """Run all checks in one process of a Python; return what each found, None where there is no such Python."""
    own = "{}.{}".format(*sys.version_info[:2])
    python = sys.executable if version == own else find_python(version)
    if python is None:
        return None
    result = subprocess.run([python, "-W", "error", "-B", str(HERE / "run_checks.py"), *MODULES], capture_output=True,
                            text=True, timeout=300)
    assert result.returncode == 0, result.stderr
    found: dict[str, str] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize("version", ["3.7", "3.9", "3.11", "3.13"])
@pytest.mark.parametrize("check", promises())
def test_host_side(version: str, check: str) -> None:
    """The promise in the check's own docstring is kept under this Python, without a warning."""
    found = results(version)
    if found is None:
        pytest.skip(f"no Python {version} on this machine")
    assert found.keys() == promises().keys(), found
    assert not found[check], f"{promises()[check]}\n{found[check]}"

"""In CI nothing is left out without a word."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(("reason", "code"), [
    ("root may write everywhere", 0), ("no library that Qt's Chromium needs: libnss3.so", 0),
    ("no PySide6.QtWebEngineCore here", 1), ("no mmh3 here", 1)])
def test_an_unexpected_skip_fails_the_run(reason: str, code: int, tmp_path: Path) -> None:
    """With --no-unexpected-skips a run with a skip that nobody expects fails and names it; any other is a good run."""
    conftest = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom tests.conftest import *\n"
    (tmp_path / "conftest.py").write_text(conftest)
    (tmp_path / "test_it.py").write_text(f"import pytest\n\ndef test_it():\n    pytest.skip({reason!r})\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)]
    assert subprocess.run(command, capture_output=True, cwd=tmp_path).returncode == 0
    told = subprocess.run([*command, "--no-unexpected-skips"], capture_output=True, text=True, cwd=tmp_path)
    assert told.returncode == code
    assert (f"UNEXPECTED SKIP test_it.py::test_it: Skipped: {reason}" in told.stdout) == bool(code)

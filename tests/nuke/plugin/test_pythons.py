"""The plug-in under the Python of every Nuke, 13 to 17: starts fast and light, and works."""

import functools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import PLUGIN, ROOT

VERSIONS = ("3.7", "3.9", "3.10", "3.11")  # of Nuke 13, 14, 15, and 16 and 17
START_UP_MS = 100


def interpreters(version):
    """Yield interpreters of a version: this one, those of pyenv, those on the path."""
    if "{}.{}".format(*sys.version_info[:2]) == version:
        yield sys.executable
    folder = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    yield from (str(path / "bin" / "python") for path in sorted(folder.glob(version + ".*")))
    yield from filter(None, [shutil.which("python" + version)])


@functools.cache
def interpreter(version):
    """Return an interpreter that has Tcl, None when there is none."""
    for python in interpreters(version):
        if subprocess.run([python, "-I", "-c", "import tkinter"], capture_output=True).returncode == 0:
            return python
    return None


@pytest.fixture(scope="module", params=VERSIONS)
def found(request, tmp_path_factory):
    """Run old_python.py under one version and return what it found."""
    python = interpreter(request.param)
    if python is None:
        pytest.skip(f"no Python {request.param} with Tcl here")
    shot = tmp_path_factory.mktemp("shot")
    script = Path(__file__).with_name("old_python.py")
    command = [python, "-W", "error", "-E", "-s", str(script), str(ROOT), str(PLUGIN), shot.as_posix()]
    result = subprocess.run(command, capture_output=True, text=True, cwd=shot)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


def test_start_up_is_fast_and_light(found):
    """init.py and menu.py take under 100 ms and load no library outside the standard one."""
    for part in found.values():
        assert part["ms"] < START_UP_MS and part["foreign"] == [] and part["icons"] == []
        assert part["protocol"] == str(ROOT / "cmft_engine")


@pytest.mark.parametrize("mode", ["window", "terminal"])
def test_colouring_works(found, mode):
    """A node goes from not coloured to ready and, after a setting has changed, to stale; it freezes."""
    part = found[mode]
    assert part["states"] == ["not coloured", "ready", "stale"]
    assert part["frozen"].endswith("/coloured.%04d.exr") and part["status"].startswith("stale")
    assert not any("Traceback" in line for line in part["said"])


ALONE = """import sys
sys.path.insert(0, {root!r})
from tests.nuke.host import Host
with Host(gui=True, plugin_path=[]) as host:
    sys.path.remove({root!r})
    host.nuke.pluginAddPath({folder!r})
    host._run_startup({folder!r}, "menu.py")
    sys.path.insert(0, {root!r})
    host.load(open({folder!r} + "/CMFT.nk").read())
    sys.modules["cmft_engine"] = None
    host.choose("Nodes/CMFT/CMFT")
    host.press(host.nuke.toNode("CMFT1"), "colour")
    host.save()
    host.idle()
    print(json.dumps(host.messages))
"""


def test_plug_in_without_its_clone(tmp_path):
    """Copied away from the clone the plug-in starts, scripts open and save, and buttons say what is missing."""
    folder = tmp_path / "nuke_plugin"
    shutil.copytree(PLUGIN, folder, ignore=shutil.ignore_patterns("__pycache__"))
    code = "import json\n" + ALONE.format(root=str(ROOT), folder=folder.as_posix())
    # not this environment's Python: the engine is installed into it, and Nuke's has none
    python = getattr(sys, "_base_executable", sys.executable)
    result = subprocess.run([python, "-E", "-s", "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    first, second = json.loads(result.stdout)
    assert "not complete" in first and "not installed" in second

"""The panel in Qt, driven by clicks in the stand-in host: PySide6 as in Nuke 16 and 17, PySide2 as in 13 to 15."""

import functools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from . import panel_report
from .conftest import PLUGIN, ROOT
from .test_pythons import interpreter, interpreters

PYSIDE2_PYTHON = "CMFT_PYSIDE2_PYTHON"  # names an interpreter that has PySide2 and Tcl
OWN = ROOT / ".venv-pyside2" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
REMEDY = {
    "PySide6": "pip install 'PySide6-Essentials<6.12'",
    "PySide2": f"python3 install.py test --every-host installs it, or let {PYSIDE2_PYTHON} name a Python",
}


def pythons(binding):
    """Yield interpreters that may have a binding."""
    if binding == "PySide6":
        yield sys.executable
        return
    yield from filter(None, [os.environ.get(PYSIDE2_PYTHON), str(OWN) if OWN.is_file() else None])
    for version in ("3.10", "3.9", "3.7"):
        yield from interpreters(version)
    yield from filter(None, [shutil.which("python3", path="/usr/bin")])


@functools.cache
def python_with(binding):
    """Return an interpreter that has the binding, Qt's libraries and Tcl; None when there is none."""
    code = f"import tkinter; from {binding} import QtTest, QtWidgets"
    for python in pythons(binding):
        if subprocess.run([python, "-E", "-s", "-c", code], capture_output=True).returncode == 0:
            return python
    return None


@pytest.fixture(scope="module", params=["PySide6", "PySide2"])
def seen(request, tmp_path_factory):
    """Click through the panel under one binding and return what was seen."""
    python = python_with(request.param)
    if python is None and request.param == "PySide2" and interpreter("3.10") is None:
        pytest.skip("no Python 3.10 with Tcl on this machine")
    if python is None:
        pytest.skip(f"no Python with {request.param} and Tcl here; {REMEDY[request.param]}")
    shot = tmp_path_factory.mktemp("shot")
    for name in ("line.0001.exr", "line.0002.exr", "line.0003.exr", "ref.0001.exr"):
        (shot / name).touch()
    panel_report.write(shot)
    script = Path(__file__).with_name("panel_clicks.py")
    result = subprocess.run(
        [python, "-W", "error", "-E", "-s", str(script), str(ROOT), str(PLUGIN), shot.as_posix(), request.param],
        capture_output=True, text=True, cwd=shot, timeout=300, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout.splitlines()[-1])
    assert found["binding"] == request.param + ".QtCore"
    return found


def test_opened_on_demand(seen):
    """At start-up nothing of the panel is imported; opened over an empty script it says what to do."""
    assert seen["early"] == [] and seen["said"] == []
    found = seen["empty_script"]
    assert found["name"] == "CMFT" and found["hint_seen"] and not found["rest_seen"]
    assert "Press Tab" in found["hint"] and seen["noticed"]


def test_colour_by_a_click(seen):
    """Colorize becomes Cancel, the bar goes on, the node becomes ready and its frames to review appear."""
    found = seen["colour"]
    assert found["before"] == ["not coloured", "Colorize", None] and "connect line and ref" in found["status"]
    assert found["running"][:2] == ["colouring", "Cancel"]
    assert 0 <= found["running"][2] < 100  # the engine may be ahead of a busy machine's panel
    assert found["halfway"] and found["done"] and found["reported"]
    assert found["after"] == ["ready", "Colorize", None]


def test_frames_to_review(seen):
    """Least sure first, with holds and confidence, the engine's own picture, or all by frame; the text has room."""
    found = seen["review"]
    assert found["summary"] == "To review: 3 regions to check in 2 of 4 frames"
    assert found["tiles"] == ["3 (held to 4), 70 % sure\n2 to check, lowest 12 %",
                              "2, 90 % sure\n1 to check, lowest 40 %"]
    assert found["fits"]
    assert found["by_frame"] == found["tiles"][::-1] and found["still"] == 3
    red, green, blue = found["color"]
    assert blue > 240 and red < 15 and green < 15


def test_click_goes_to_the_frame(seen):
    """Time and Viewer go there, what the Viewer had stays connected, undo holds nothing of it."""
    found = seen["review"]
    assert not found["regions_before"]
    assert found["frame"] == 3 and found["viewer"] == "CMFT1" and found["kept"] == "Line" and found["undo"]
    assert found["regions"] == ["skin or <b>red</b>\n12 % sure", "skin or <b>red</b>\n30 % sure"]
    assert found["title"] == "Frame 3: 70 % sure on the whole, least sure first"
    assert "2 &gt; 1 &amp; " in found["tooltip"] and "<b>" not in found["tooltip"]


def test_tracks_and_a_fix(seen):
    """Most doubt first; a click goes to the frame and puts Fix point into the region; the menu corrects it."""
    found = seen["tracks"]
    assert found["tracks"] == ["skin or <b>red</b>, 2 frames\n2 > 1 & \"odd\"",
                               "skin or <b>red</b>, 1 frame\ntwo colours are close"]
    assert "Its least sure frame is 3" in found["tooltip"] and "<b>" not in found["tooltip"]
    assert found["frame"] == 3 and found["point"] == [20.5, 32.5] and len(found["regions"]) == 2
    assert found["colors"] == ["skin", "<b>red</b>"] and found["swatch"] == [230, 153, 102]
    assert found["fixed"] and found["said"] == "fixed in 1 frame; --color=<b>red</b>" and found["undone"]
    assert "nothing was sampled in the Viewer" in found["no_sample"]


def test_errors_with_remedy_and_log(seen):
    """An engine's error stands in the panel with its log; one of a button too, without a window in the way."""
    found = seen["errors"]
    assert found["failed"] and found["error"] == "CMFT1: line.0002.exr is damaged; render it again"
    assert not found["log_before"] and not found["log_after"]
    assert "<b>what the log says</b>" in found["log"] and "engine.log" in found["log"]
    assert found["dismissed"]
    assert "connect the line input" in found["notice"] and found["no_window"] and not found["log_button"]


def test_cancel_by_a_click(seen):
    """The button greys out until the run has ended; the node says how far it came."""
    found = seen["cancel"]
    assert found["stopping"][:2] == ["stopping", "Cancel"] and found["ended"]
    assert "cancelled: " in found["status"]


def test_hidden_panel_asks_nothing(seen):
    """The timer stops when the panel is hidden and starts when it is seen."""
    assert seen["sight"] == {"hidden": 0, "timer": False, "shown": True}


def test_report_and_nodes(seen):
    """The report opens, a node is shown, nodes come and go."""
    found = seen["buttons"]
    assert found["opened"] == ["report.html"] and found["panel"] and len(found["center"]) == 2
    assert found["second"] and found["chosen"].startswith("Prop: not coloured yet")
    assert found["summary"] == "To review: no report yet; press Colorize"
    assert found["other_panel"] and found["selected"] == ["Prop"]
    assert found["gone"] and found["left"] == "CMFT1"

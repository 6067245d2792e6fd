"""The review window in Qt, driven by clicks and keys under Xvfb: PySide6, and PySide2 where a host has only that."""

import functools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.nuke.plugin.test_panel import OWN, PYSIDE2_PYTHON, REMEDY
from tests.nuke.plugin.test_pythons import interpreter

ROOT = Path(__file__).resolve().parents[2]
LONG = "the darker red of the inner coat"
NEEDED = "numpy, scipy, cv2, OpenImageIO"
BLUE, RED, SKIN, WHITE = [51, 102, 204], [204, 51, 51], [255, 204, 153], [255, 255, 255]


@functools.cache
def python_with(binding):
    """Return an interpreter that has the binding and what the engine's window needs; None when there is none."""
    own = [os.environ.get(PYSIDE2_PYTHON), str(OWN) if OWN.is_file() else None]
    for python in [sys.executable] if binding == "PySide6" else filter(None, own):
        code = f"import {NEEDED}; from {binding} import QtTest, QtWidgets"
        if subprocess.run([python, "-E", "-s", "-c", code], capture_output=True).returncode == 0:
            return python
    return None


@pytest.fixture(scope="module")
def xvfb():
    """The display of an Xvfb of its own, None where there is none."""
    if shutil.which("Xvfb") is None:
        yield None
        return
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1600x1000x24", "-noreset"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        yield f":{server.stdout.readline().strip()}"
        server.terminate()


def environment(python, display):
    """Return the environment in which Qt opens windows on a display, else off screen where it lacks what it needs."""
    env = {name: value for name, value in os.environ.items() if name not in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY")}
    env["DISPLAY"] = display or ""
    code = "from cmft_engine.window.qt import check_screen; check_screen()"
    if subprocess.run([python, "-c", code], cwd=ROOT, env=env, capture_output=True).returncode:
        env["QT_QPA_PLATFORM"] = "offscreen"
    return env


@pytest.fixture(scope="module", params=["PySide6", "PySide2"])
def seen(request, tmp_path_factory, colored_once, xvfb):
    """Work through the window under one binding and return what was seen."""
    python = python_with(request.param)
    if python is None and request.param == "PySide2" and interpreter("3.10") is None:
        pytest.skip("no Python 3.10 with Tcl on this machine")
    if python is None:
        pytest.skip(f"no Python with {request.param}, {NEEDED} here; {REMEDY[request.param]}")
    folder = tmp_path_factory.mktemp("window")
    shutil.copytree(colored_once.parent, folder / "shot")
    script = Path(__file__).with_name("window_clicks.py")
    result = subprocess.run(
        [python, "-W", "error", "-E", "-s", str(script), str(ROOT), str(folder / "shot" / "out"), str(folder),
         request.param],
        capture_output=True, text=True, cwd=folder, timeout=600, env=environment(python, xvfb))
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout.splitlines()[-1])
    assert found["binding"] == request.param + ".QtCore"
    return found


def test_opened(seen):
    """The first frame stands there with its doubtful tracks, the painting and all frames of the strip."""
    found = seen["opened"]
    assert found["first"] == [True, 1] and found["where"] == "frame 1   (1 of 6)" and found["strip"] == 6
    assert len(found["tracks"]) == 4 and all("4 frames" in text for text in found["tracks"])
    assert found["coat"] == BLUE and found["painting"] == 1 and "None yet" in found["corrections"] and found["picture"]


def test_the_frame_to_paint_next_is_advised(seen):
    """Beside the heading of the doubtful tracks, with its reason as a tip; a click shows the frame."""
    text, tip, is_seen, frame, fits = seen["opened"]["advice"]
    assert text == f"paint frame {frame} next" and frame > 1 and is_seen and fits
    assert tip.startswith(f"{text}: as a second reference it would settle about ") and tip.endswith("click to see it")


def test_keys_go_from_track_to_track(seen):
    """Also from frame to frame, along a track, and by a click in the strip."""
    found = seen["go"]
    assert found["frames"] == [2, 3, 2, 6, 1] and found["clicked"] == 2
    row, frame, worst = found["track"]
    assert row == 0 and frame == worst and found["next"] == 1 and found["along"] == [0, True]


def test_after_a_correction_the_most_doubtful_comes_next(seen):
    """What is left of the track leads the list by another frame, so it is shown, and then the row after it."""
    found = seen["go_on"]
    assert found["worst"][0] != found["opened"] and (found["row"], found["frame"]) == (0, found["worst"][0])
    assert found["after"] == 1


def test_a_colour_and_a_click_mend_every_frame(seen):
    """The colour is found by typing; the region has it here, in the last frame and on disk; undo and redo work."""
    found = seen["pin"]
    assert "needs a colour" in found["without"] and found["color"] == "red" and found["trouble"] == ""
    assert found["coat"] == found["last"] == RED and found["stale"] == [] and found["work"] == "all plates are written"
    assert found["list"].startswith("pin red frame 2") and found["undone"] == [BLUE, True] and found["redone"] == RED


def test_every_tool_leaves_its_correction(seen):
    """By its key or its button; Alt and a click pick the colour."""
    found = seen["tools"]
    assert found["picked"] == "skin" and found["stroked"] == SKIN and "is drawn" in found["too_short"]
    assert found["area"] == [SKIN, BLUE, SKIN]
    assert found["kinds"] == [
        ["pin", "red", True], ["lock", "skin", True], ["lock", "skin", True], ["unknown", "", True],
        ["recolor", "skin", True], ["stroke", "skin", True], ["area", "skin", True],
        ["area", "skin", True], ["line", "", True], ["line", "", False], ["line", "", False]]


def test_a_gap_line_along_its_track(seen):
    """T switches it on and takes a gap tool; the line is seen in the other frames, told, listed, undone and redone."""
    found = seen["tools"]["along"]
    assert found["switched"] == [True, True] and found["said"] == "drawn in frames 1-6"
    listed, told = found["listed"].splitlines()
    assert listed.startswith("line open along its track frames 1-6 at ") and told == found["said"]
    assert found["other"] == [1, True] and found["undone"] == [0, True] and found["redone"] == 1
    assert found["off"] is False and found["gone_to"] == 2


def test_looking(seen):
    """Each overlay changes the picture; the wipe's line is dragged; zoom, pan and help."""
    found = seen["look"]
    assert found["no_flats"] == WHITE and all(found[key] for key in "1345")
    assert found["wipe"] == [BLUE, BLUE] and found["wiped"] == [BLUE, SKIN, 30] and found["unwiped"] is None
    assert found["zoomed"] == pytest.approx(1.5) and found["moved"] and found["full"] == 1 and found["fit"]
    assert found["help"] == [True, True] and not found["no_help"]


def test_the_painting_shows_the_same_part(seen):
    """The region under the pen is named and lit in the painting, and a click there takes its colour."""
    found = seen["hover"]
    assert "skin, 100 % sure" in found["where"] and found["color"] == "skin" and found["same_part"]
    assert found["picked"] == "red"


def test_approved_by_one_key(seen):
    """A approves, Return goes on, the button does too; a correction is switched off by its tick."""
    found = seen["approve"]
    assert found["approved"] == [1, 2, 6] and found["on"] == 2 and found["off"] is False


def test_a_bad_plate_is_told_and_the_correction_stays(seen):
    found = seen["trouble"]
    assert "c.0003.png" in found["text"] and found["added"] == 1 and found["kept"]


def test_a_narrow_bar_cuts_long_names_alone(seen):
    """The words before a choice are whole, a long name ends in dots and is whole in its tip, and asks for no room."""
    found = seen["narrow"]
    before, after = found["told"]
    assert before == "no colour" and after.endswith("\u2026") and after[0] == "t"
    assert found["least"][1] <= found["least"][0] and found["wide"] == found["tip"] == LONG


def test_closed_with_all_plates_written(seen):
    assert seen["close"] == {"closed": True, "waiting": 0}


def test_without_qt_or_a_screen_the_list_is_shown(tmp_path, colored_once):
    """In a sentence that says what to do, with exit code 0."""
    env = {name: value for name, value in os.environ.items()
           if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    hidden = tmp_path / "PySide6"
    hidden.mkdir()
    (hidden / "__init__.py").write_text("raise ImportError('no Qt here')")
    for more, said in (({}, "no screen to open"), ({"DISPLAY": ":7654"}, "review --browser"),
                       ({"PYTHONPATH": str(tmp_path)}, "pip install 'PySide6-Essentials<6.12'")):
        result = subprocess.run([sys.executable, "-m", "cmft_engine", "review", str(colored_once)], cwd=ROOT,
                                capture_output=True, text=True, env={**env, **more})
        assert result.returncode == 0, result.stderr
        assert said in result.stdout and "here is the list" in result.stdout and "regions to check" in result.stdout

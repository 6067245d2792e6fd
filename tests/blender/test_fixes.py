"""Corrections in a real Blender: plates change on disk, the Image datablock and the render follow, undo brings back."""

import json
import shlex
import shutil
import sys

import numpy as np
import pytest

from cmft_engine.protocol.host.state import READY
from tests import drawings

from .conftest import ROOT, channels, same_pixels

OFF_SCREEN = """import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.path.insert(0, {root!r})
from cmft_engine.cli import main
main()
"""


@pytest.fixture
def fixable(colored, tmp_path):
    """A copy of the coloured project that may be corrected: its file."""
    return colored.copy(tmp_path)


def plates(blend, folder):
    """Return the folder of a project's plates."""
    (found,) = {path.parent for path in (blend.parent / "cmft").rglob("cmft.1001.exr")}
    return found / folder


def largest_region():
    """Return x, y from the top left of a pixel inside of the largest region of frame 1002, and the height."""
    labels = drawings.figure(2).labels
    areas = np.bincount(labels.ravel())
    rows, columns = np.nonzero(labels == 2 + int(np.argmax(areas[2:])))
    y = int(np.median(rows))
    return int(np.median(columns[rows == y])), y, labels.shape[0]


def color_of(path):
    """Return the colour of a rendered EXR, float32 (H, W, 4)."""
    found = channels(path)
    return np.dstack([found[name] for name in "RGBA"])


def test_a_region_is_fixed_in_every_frame(blender, addon, fixable, tmp_path):
    """Bytes of the plates, the datablock and the rendered pixels change together; one undo takes all back."""
    plate = plates(fixable, "cmft.1002.exr")
    x, y, height = largest_region()
    out = tmp_path / "out"
    said = blender.run("fixes.fix", tmp_path / "run", **addon, blend=fixable, out=out, color="paper", x=x + 0.5,
                       y=height - y - 0.5)
    assert said["result"] == said["undo"] == ["FINISHED"] and said["changed"] == [1002, 1003]
    assert said["status"] == "fixed in 2 frames" and said["undone"] == "taken back in 2 frames"
    assert said["state"] == READY and said["kept"] and said["images"] == 1 and said["matte"]
    assert "no correction to undo" in said["nothing left"] and "paper" in said["swatches"]
    assert said["size"] == [channels(plate)["A"].shape[1], height]
    before, after, undone = (color_of(out / name / "Color1002.exr") for name in ("before", "after", "undone"))
    assert not np.array_equal(before[y, x], after[y, x])
    assert np.array_equal(after[y, x], after[0, 0])  # as the paper beside the figure
    assert np.array_equal(before, undone)
    same_pixels(out / "undone", plate, 1002)


def test_what_cannot_be_fixed_is_said(usual, blender, addon, fixable, tmp_path):
    """A point outside, no colour, a frame or plate that is not there: each has its sentence, and nothing is written."""
    said = blender.run("fixes.refused", tmp_path / "run", **addon, blend=fixable)
    for case, words in (("outside", "lies outside of the picture, which is"), ("color", 'has no color "mauve"'),
                        ("none", "no color is chosen; choose one of: "), ("frame", "frame 1100 is not coloured"),
                        ("gone", "the plate is gone"), ("report", "no report yet"),
                        ("fresh", "no result to correct yet")):
        assert words in said[case], case
    assert said["same"]


def test_while_the_engine_works(usual, blender, addon, fixable, tmp_path):
    """A node that is being corrected is neither corrected nor coloured; its engine stays."""
    said = blender.run("fixes.busy", tmp_path / "run", **addon, blend=fixable)
    assert "is being coloured; wait" in said["fix"] and "is being coloured; wait" in said["colour"]
    assert "no correction to undo" in said["ended"] and said["kept"]


def test_review_window(usual, blender, addon, fixable, tmp_path):
    """It opens beside Blender; what others write meanwhile shows in the node; its unasked end is said."""
    launcher = tmp_path / "off_screen.py"
    launcher.write_text(OFF_SCREEN.format(root=str(ROOT)))
    x, y, _ = largest_region()
    out = tmp_path / "out"
    off_screen = {**addon, "engine": shlex.join([sys.executable, str(launcher)])}
    said = blender.run("fixes.watch", tmp_path / "run", **off_screen, blend=fixable, out=out, color="paper", x=x, y=y)
    assert said["result"] == ["FINISHED"] and said["is open"] and said["again"] and said["over"] is None
    assert "its review window is open already" in said["second"]
    assert said["status"] == "2 frames were written anew, by a correction or another run"
    assert "the review window has ended unasked (exit code -9)" in said["stderr"]
    before, after = (color_of(out / name / "Color1002.exr") for name in ("before", "after"))
    assert not np.array_equal(before[y, x], after[y, x]) and np.array_equal(after[y, x], after[0, 0])


def test_tracks_and_swatches(blender, addon, fixable, tmp_path):
    """The most doubtful track comes first, a chosen one goes to its frame; equal colours share an icon."""
    report = json.loads(plates(fixable, "report.json").read_text())
    places = {1002: [(1, 0.25, 5, "red"), (2, 0.5, 5, "skin")], 1003: [(1, 0.75, 5, "red"), (4, 0.1, None, "blue")]}
    for frame in report["frames"]:
        frame["unsure"] = [dict(label=label, bbox=[1, 2, 3, 4], area=4, confidence=sure, color=color, runner_up="",
                                reason="parts look alike", kind="flat", unknown=False, track=track, at=[label, 3])
                           for label, sure, track, color in places.get(frame["frame"], [])]
    shutil.copy(plates(fixable, "report.json"), tmp_path / "report.json")
    (tmp_path / "report.json").write_text(json.dumps(report))
    said = blender.run("fixes.tracks", tmp_path / "run", addon=addon["addon"], root=addon["root"], blend=fixable,
                       report=tmp_path / "report.json")
    assert said["tracks"] == [["red", 2, "parts look alike", 1002, [1, 3]],
                              ["blue", 1, "parts look alike", 1003, [4, 3]]]
    assert said["frame"] == 1003 and said["icons"] == {"0.0000 0.0000 1.0000": [0, 0, 1, 1],
                                                       "1.0000 0.0000 0.0000": [1, 0, 0, 1]}
    assert said["backdrop"] == [52.0, 44.0]

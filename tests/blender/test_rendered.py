"""Inputs that are no files are rendered by a second Blender from a copy; the open file and its outputs stay."""

import json
from pathlib import Path

from tests.blender.conftest import FRAMES, channels, same, same_pixels


def test_chain_of_nodes(blender, quick, shot, tmp_path):
    """Behind a chain of nodes the engine gets the very pixels that this Blender renders, and the result fits them.

    Nothing else is written, the file stays open as it was, and a second run leaves inputs that are the same alone, so
    that every frame is kept.
    """
    said = blender.run("rendered.chain", tmp_path / "run", **quick, shot=shot, blend=tmp_path / "shot.blend",
                       out=tmp_path / "out", forbidden=tmp_path / "forbidden")
    assert "at which frames does Reference show a painted drawing?" in said["refused"]
    assert said["state"]["state"] == said["again"]["state"] == 1 and said["file"] == str(tmp_path / "shot.blend")
    assert not said["written"] and said["main"]
    assert said["left"] == ["line.1001.exr", "line.1002.exr", "line.1003.exr", "ref.1001.exr"]
    assert said["first"] == said["second"]
    inputs, plates = Path(said["inputs"]), Path(said["plates"]["path"]).parent
    for frame in FRAMES:
        assert_equal(inputs / f"line.{frame}.exr", tmp_path / "out" / f"line{frame}.exr")
        same_pixels(tmp_path / "out", plates / f"cmft.{frame}.exr", frame)
    assert_equal(inputs / "ref.1001.exr", tmp_path / "out" / "ref1001.exr")
    job = json.loads((plates / "job.json").read_text())
    assert job["references"] == [{"path": str(inputs / "ref.1001.exr"), "frame": 1001, "lines": None}]
    assert said["stdout"].count("rendered line 1001-1003") == 2


def assert_equal(found, wanted):
    """Assert that two EXRs have the same channels, to the bit."""
    found, wanted = channels(found), channels(wanted)
    assert found.keys() == wanted.keys() and all(found[name].any() for name in "RGBA")
    for name, pixels in found.items():
        same(pixels, wanted[name])


def test_cancel_while_rendering(blender, quick, shot, tmp_path):
    """A cancel ends the second Blender too, and leaves nothing half written."""
    said = blender.run("rendered.cancelled", tmp_path / "run", **quick, shot=shot, blend=tmp_path / "shot.blend",
                       forbidden=tmp_path / "forbidden")
    assert said == {"kind": "Cancelled", "left": [], "stdout": said["stdout"], "stderr": said["stderr"]}


def test_3d_scene(blender, addon, tmp_path):
    """A 3D scene's Render Layers can be line art: what is missing in it is told, and its pixels arrive exactly.

    Braces, a hash and a space in the folder's name are a part of it.
    """
    folder = tmp_path / "shot #2 {new}"
    folder.mkdir()
    said = blender.run("rendered.layers", tmp_path / "run", **addon, blend=folder / "scene.blend",
                       out=tmp_path / "out")
    assert "Blender cannot render what is connected" in said["refused"] and "camera" in said["refused"].lower()
    assert said["wanted"] == [["line", 0, [1, 2]], ["ref", 1, [1]]]
    assert said["said"] == ["line 1-2", "ref 1-1"]
    for frame, path in enumerate(said["plates"], 1):
        assert_equal(path, tmp_path / "out" / f"own{frame:04d}.exr")
    assert_equal(said["reference"], tmp_path / "out" / "own0001.exr")

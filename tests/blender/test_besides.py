"""What the Blender node does besides colouring: freeze, export, regions, palettes, checks, one cache for all."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cmft_engine.image.plate import read_plate
from tests import drawings
from tests.blender.conftest import FRAMES, SOURCE, channels, same_pixels, write_shot
from tests.blender.test_colouring import nothing
from tests.nuke.plugin import panel_report

ENGINE = [sys.executable, "-m", "cmft_engine"]


def test_frozen_node_shows_the_same(blender, colored, addon, tmp_path):
    """A plain Image node takes the node's place with all its outputs and the same pixels, before and after the range
    too; a stale result is refused unless old ones are shown."""
    found = blender.run("besides.freeze", tmp_path / "run", addon=SOURCE, root=addon["root"],
                        blend=colored.copy(tmp_path), out=tmp_path / "out")
    assert found["kind"] == "CompositorNodeImage" and found["label"] == "CMFT Colorize, frozen"
    assert found["left"] == 0 and found["hangs"] == [] and found["main"]
    for frame in FRAMES:
        same_pixels(tmp_path / "out", colored.plate(frame), frame)
    for frame in (1000, 1004):
        nothing(blender, tmp_path / "out", frame)
    assert "stale" in found["stale"] and "or choose to show the old result" in found["stale"]
    assert found["old"] == ["FINISHED"]


def test_freeze_is_undone(blender, colored, addon, tmp_path):
    """One undo lets the picture hang on the node again."""
    found = blender.run("besides.undo_freeze", tmp_path / "run", addon=SOURCE, root=addon["root"],
                        blend=colored.copy(tmp_path))
    assert (found["frozen"], found["undone"]) == ("CompositorNodeImage", "CompositorNodeGroup")


@pytest.mark.usefixtures("usual")
@pytest.mark.parametrize("through", [False, True], ids=["files", "rendered"])
def test_exported_job_is_taken_over(blender, addon, tmp_path, through):
    """The command that is told colours the job elsewhere; in Blender Colorize then takes its frames over.

    Inputs that are no files are rendered into a folder that no later run touches.
    """
    shot = write_shot(tmp_path / "shot")
    said = blender.run("besides.export", tmp_path / "run", **addon, shot=shot, blend=tmp_path / "shot.blend",
                       through=through)
    assert said["result"] == ["FINISHED"] and "openjd run" in said["stdout"]
    (line,) = (line for line in said["stdout"].splitlines() if line.startswith("cmft colorize"))
    program, *arguments = shlex.split(line)
    job = Path(arguments[arguments.index("--job") + 1])
    values = json.loads(job.read_text())
    assert program == "cmft" and (job.parent / "farm" / "template.json").is_file()
    assert ("/inputs." in values["lines"]) == through and values["frames"] == "1001-1003"
    if through:
        return  # what Blender renders for itself lies elsewhere, and it colours from that
    subprocess.run([*ENGINE, *arguments], capture_output=True, check=True)
    before = {path.name: path.stat().st_mtime_ns for path in job.parent.glob("*.exr")}
    again = blender.run("besides.colour_again", tmp_path / "again", **addon, blend=tmp_path / "shot.blend")
    assert len(before) == 3 and again["state"] == 1 and Path(again["plates"]["path"]).parent == job.parent
    assert {path.name: path.stat().st_mtime_ns for path in job.parent.glob("*.exr")} == before


def test_regions(blender, addon, shot, tmp_path):
    """The current frame's regions are drawn and loaded, frames that are named too, and lines that Blender renders."""
    said = blender.run("besides.regions", tmp_path / "run", **addon, shot=shot, blend=tmp_path / "shot.blend")
    assert said["one"] == said["shown"] == ["regions.1002.png"]
    assert said["some"] == ["regions.1001.png", "regions.1002.png", "regions.1003.png"]
    assert said["now"] == ["regions.1001.png", "regions.1002.png"]
    assert "the regions cannot be drawn" in said["outside"] and "lines.1009.png" in said["outside"]
    assert said["rendered"][:1] == ["line.0002.exr"] and "regions.0002.png" in said["rendered"]
    assert said["state"]["state"] == 0
    drawn, rendered = (read_plate(Path(said["folder"]) / f"regions.{name}.png").rgb() for name in ("1002", "0002"))
    inside = drawings.figure(2).labels > 0
    assert len(np.unique(drawn[inside], axis=0)) == drawings.figure(2).labels.max() == len(
        np.unique(rendered[inside], axis=0))


def test_palettes(blender, colored, addon, tmp_path):
    """The references' paints become the node's palette file; the result in another one is an Image node, exact."""
    blend = colored.copy(tmp_path)
    day, night = (blend.parent / name for name in ("day.json", "night.json"))
    said = blender.run("besides.palettes", tmp_path / "run", **addon, blend=blend, day=day, night=night)
    assert "no palette file names the colours" in said["none"] and "no file was chosen" in said["no file"]
    assert said["stored"] == "//day.json" and said["state"] == 2
    assert "exists" in said["again"] and said["replaced"] == ["FINISHED"]
    values = json.loads(day.read_text())
    (coat,) = (one for one in values["colors"] if np.allclose(to_linear(drawings.COAT), one["rgba"][:3], atol=0.01)
               or np.allclose(drawings.COAT, one["rgba"][:3], atol=0.01))
    coat["rgba"] = [0.25, 0.5, 0.75, 1.0]
    night.write_text(json.dumps(values))
    found = blender.run("besides.swap", tmp_path / "run", **addon, blend=blend, out=tmp_path / "out", night=night)
    assert found["label"] == "CMFT Colorize in night.json" and found["kind"] == "CompositorNodeImage" and found["main"]
    place = drawings.figure(2)
    was, now = (channels(tmp_path / "out" / f"{name}1002.exr") for name in ("day", "night"))
    inside = (place.labels > 0) & (place.paint == drawings.PAINTS.index(drawings.COAT))
    changed = np.dstack([was[name] != now[name] for name in "RGB"]).any(axis=2)
    assert changed[inside].all() and not changed[(place.labels > 0) & ~inside].any()
    assert len({tuple(now[name][inside][0] for name in "RGB")}) == 1


def to_linear(color):
    """Return display sRGB values as scene-linear ones."""
    return [((value + 0.055) / 1.055) ** 2.4 if value > 0.04045 else value / 12.92 for value in color]


def test_checks_of_the_report(blender, quick, shot, tmp_path):
    """The list names the scene's frames, least sure first; a line's frame is shown when it is chosen."""
    panel_report.write(tmp_path)
    report = json.loads((tmp_path / "report.json").read_text())
    for entry in report["frames"]:
        entry["frame"] += 1000
        entry["held_from"] = entry["held_from"] and entry["held_from"] + 1000
    (tmp_path / "report.json").write_text(json.dumps(report))
    said = blender.run("besides.checks", tmp_path / "run", **quick, shot=shot, blend=tmp_path / "shot.blend",
                       report=tmp_path / "report.json")
    assert said["before"] == "" and said["review"] == "3 regions to check in 2 of 4 frames"
    assert [one[:3] for one in said["checks"]] == [[3, 2, 0.12], [2, 1, pytest.approx(said["checks"][1][2])]]
    assert said["checks"][0][3] == '2 > 1 & "odd"' and said["went"] == [2, 3, 2]
    assert "is damaged" in said["damaged"][0] and said["damaged"][1] == 0


def test_own_line_art_of_references(blender, quick, shot, tmp_path):
    """What is on Reference Lines reaches the job with the input's references, rendered where it is no file; a file of
    the list has its own; a change is seen, and without any the node is as before."""
    lines = drawings.write(drawings.figure(0).lines(), tmp_path / "sheet_lines.png")
    sheet = drawings.write(drawings.figure(0).painted(), tmp_path / "sheet.png")
    said = blender.run("besides.own_lines", tmp_path / "run", **quick, shot=shot, blend=tmp_path / "shot.blend",
                       sheet=sheet, sheet_lines=lines)
    painted = str(shot / "painted.1001.png")
    assert said["seen"] and said["input"] == [[1001, painted, str(lines)]]
    ((_, _, rendered),) = said["rendered"]
    assert rendered.endswith("/inputs/ref_line.1001.exr") and os.path.isfile(rendered)
    assert said["listed"] == [[1001, painted, rendered], [None, str(sheet), str(lines)]]
    assert "there is no line art of the character sheet" in said["gone"] and "gone.png" in said["gone"]
    assert said["back"]


def test_one_cache_for_all_nodes(blender, addon, shot, tmp_path):
    """A node's own folder goes before the preference, that before CMFT_CACHE, that before the file's place."""
    places = [str(tmp_path / "variable"), str(tmp_path / "preference")]
    said = blender.run("besides.caches", tmp_path / "run", addon=SOURCE, root=addon["root"], shot=shot,
                       blend=tmp_path / "shot.blend", places=places)
    wanted = {"beside": "cmft", "variable": "variable", "preference": "preference", "relative": "all", "own": "mine"}
    assert {name: os.path.relpath(said[name], tmp_path) for name in wanted} == wanted

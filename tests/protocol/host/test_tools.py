"""What the engine does for a node besides colouring, asked of the real engine."""

import json
import os
import shlex
import subprocess
import sys

import numpy as np
import pytest

from cmft_engine.image.plate import read_plate
from cmft_engine.protocol.errors import EngineError, InputError
from cmft_engine.protocol.host import identity, tools
from cmft_engine.protocol.host.command import EngineMissing
from cmft_engine.protocol.host.sequences import Plates
from cmft_engine.protocol.job import Job, JobReference, save_job
from cmft_engine.protocol.settings import Settings
from tests import drawings

ENGINE = [sys.executable, "-m", "cmft_engine"]
GAP = slice(20, 24)


@pytest.fixture
def shot(tmp_path):
    """Three line plates and the painted first frame; the second has a gap in its coat."""
    for frame in (1, 2, 3):
        lines = drawings.figure(frame - 1).lines()
        if frame == 2:
            lines[54:57, GAP] = 1
        drawings.write(lines, tmp_path / f"line.{frame:04d}.png")
    drawings.write(drawings.figure(0).painted(), tmp_path / "painted.0001.png")
    return tmp_path


def regions_at(plates, frame):
    """Return how many colours a picture of regions has, ink and closed gaps left out."""
    pixels = read_plate(plates.path(frame)).rgb().reshape(-1, 3)
    colors = {tuple(color) for color in np.unique(np.round(pixels * 255), axis=0)}
    return len(colors - {(0, 0, 0), (255, 255, 255)})


def test_regions_follow_the_settings(shot):
    """Each frame's picture has a colour a region; a gap is closed or leaks as its setting says, and is drawn anew."""
    lines = Plates((shot / "line.####.png").as_posix(), shift=-10)
    seen = {}
    for gap in (6, 0):
        plates = tools.draw_regions(ENGINE, lines, [11, 12], Settings(gap_px=gap), folder=shot / "view", name="CMFT1")
        seen[gap] = [regions_at(plates, frame) for frame in (11, 12)]
    assert sorted(os.listdir(shot / "view")) == ["regions.0001.png", "regions.0002.png"]
    assert seen == {6: [4, 4], 0: [4, 3]}


def test_switches_and_texts_reach_the_engine(shot):
    """A setting that is off and one that is a text become options; what the engine refuses is said of the node."""
    lines = Plates((shot / "line.0001.png").as_posix())
    with pytest.raises(EngineError, match=r"^CMFT1: the regions cannot be drawn: .*nowhere"):
        tools.draw_regions(ENGINE, lines, [1], Settings(trace_lines=False, input_space="nowhere"), folder=shot / "view",
                           name="CMFT1")


def test_palette_is_extracted_and_swapped(shot):
    """The paints of the references, read with their line plates, become a palette; plates take another by its names."""
    references = [JobReference(str(shot / "painted.0001.png")),
                  JobReference(str(shot / "painted.0001.png"), 1, str(shot / "line.0001.png"))]
    day, night = shot / "day.json", shot / "night.json"
    said = tools.extract_palette(ENGINE, references, Settings(), out=str(day), overwrite=False, name="CMFT1")
    found = json.loads(day.read_text())
    assert "colours" in said and len(found["colors"]) >= len(drawings.PAINTS)
    with pytest.raises(EngineError, match="exists"):
        tools.extract_palette(ENGINE, references, Settings(), out=str(day), overwrite=False, name="CMFT1")
    (coat,) = (one for one in found["colors"] if np.allclose(one["rgba"][:3], drawings.COAT, atol=0.01))
    before, coat["rgba"] = coat["rgba"], [0.0, 0.0, 0.2, 1.0]
    night.write_text(json.dumps(found))
    plates = Plates((shot / "painted.####.png").as_posix(), shift=-100)
    swapped = tools.swap_palette(ENGINE, plates, [101], palettes=(str(day), str(night)), name="CMFT1")
    old, new = read_plate(plates.path(101)).rgb(), read_plate(swapped.path(101)).rgb()
    changed = (old != new).any(axis=2)
    assert np.array_equal(changed, np.isclose(old, before[:3], atol=0.01).all(axis=2)) and changed.any()
    assert np.allclose(new[changed], coat["rgba"][:3], atol=0.003)
    with pytest.raises(InputError, match="CMFT1: no palette file names the colours"):
        tools.swap_palette(ENGINE, plates, [101], palettes=("", str(night)), name="CMFT1")


def test_exported_job_runs_elsewhere(shot):
    """The command that is told colours the job; the bundle stands beside it. Without an engine that is said instead."""
    job = shot / "job.json"
    save_job(Job(str(shot / "line.####.png"), (JobReference(str(shot / "painted.0001.png"), 1),),
                 str(shot / "out" / "c.####.exr"), "1-3", resume=True), job)
    found = tools.export(job, lambda: ENGINE, "CMFT1")
    assert found.bundle == shot / "farm" and (found.bundle / "template.json").is_file()
    assert "openjd run" in found.farm and found.command in found.words and str(job) in found.words
    program, *arguments = shlex.split(found.command)
    assert program == "cmft"
    told = subprocess.run([*ENGINE, *arguments, "--frames=1"], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert os.listdir(shot / "out").count("c.0001.exr") == 1

    def missing():
        raise EngineMissing("engine missing: there is none")

    found = tools.export(job, missing, "CMFT1")
    assert found.bundle is None and "there is none" in found.farm
    job.write_text("{}")
    with pytest.raises(EngineError, match="CMFT1: the bundle for farms cannot be written"):
        tools.export(job, lambda: ENGINE, "CMFT1")


@pytest.mark.parametrize(("given", "document", "common", "variable", "expected"), [
    ("", "/s/a.nk", "", "", "/s/cmft"), ("", "/s/a.nk", "", "/v", "/v"), ("", "/s/a.nk", "/c", "/v", "/c"),
    ("own", "/s/a.nk", "/c", "/v", "/s/own"), ("", "/s/a.nk", "", "../v", "/s/../v"), ("", "", "", "/v", "/v"),
    ("", "", "", "v", "/h/nuke"), ("", "", "c", "", "/h/nuke"),
])
def test_one_cache_for_all_nodes(monkeypatch, given, document, common, variable, expected):
    """A node's own folder goes before the host's for all, that before CMFT_CACHE, that before the file's place."""
    monkeypatch.setenv("CMFT_HOME", "/h")
    monkeypatch.setenv(identity.CACHE_VARIABLE, variable)
    assert identity.cache_folder(given, document, "nuke", common).as_posix() == expected

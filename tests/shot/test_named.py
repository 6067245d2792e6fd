"""A shot is found by the names of its files before anything is loaded, and what is named wrong is told then."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cmft_engine.protocol.errors import InputError, PaletteError, PlateError, SettingsError, ShotError
from cmft_engine.protocol.job import Job, JobReference, save_job
from cmft_engine.shot.named import Reference, check_named, find_named

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "numpy", "cv2", "OpenImageIO", "scipy", "safetensors")


@pytest.fixture
def job(tmp_path):
    """A job whose files have the right names and nothing in them."""
    for name in ("line.0001.png", "line.0002.png", "ref.png", "ink.png", "day.json"):
        (tmp_path / name).touch()
    return Job(str(tmp_path / "line.####.png"), (JobReference(str(tmp_path / "ref.png"), 1),),
               str(tmp_path / "c.####.png"), palette=str(tmp_path / "day.json"))


def test_files_are_found_by_their_names(job, tmp_path):
    """Frames and references come in time, each reference with the shot's own line plate; no file is opened."""
    found = find_named(job.lines, reference=f"{tmp_path}/ref.png@2")
    assert found.frames == (1, 2)
    assert found.references == (Reference(tmp_path / "ref.png", 2, tmp_path / "line.0002.png"),)
    check_named(job, "2")


@pytest.mark.parametrize(("change", "only", "error", "told"), [
    ({"lines": "plate.####.png"}, None, PlateError, "no plate has this name"),
    ({"frames": "1-3"}, None, ShotError, "no plate for frame 3"),
    ({"frames": "3-1"}, None, SettingsError, "from low to high"),
    ({}, "2-3", ShotError, "frame 3 is not in the shot"),
    ({"references": (JobReference("gone.png", 1),)}, None, PlateError, "gone.png .* does not exist"),
    ({"references": (JobReference("ref.png", 1, "gone.png"),)}, None, PlateError, "gone.png .* does not exist"),
    ({"references": ()}, None, ShotError, "has no reference"),
    ({"palette": "night.json"}, None, PaletteError, "no such palette file"),
], ids=["no plates", "a missing frame", "a range", "only", "no reference", "no line art", "no references", "palette"])
def test_wrong_names_and_ranges(job, tmp_path, monkeypatch, change, only, error, told):
    """A path or a range that is wrong is told with the sentence that colouring would have."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=told):
        check_named(job._replace(**change), only)


@pytest.mark.parametrize(("change", "loaded"), [({"frames": "1-9"}, ()), ({}, ("torch", "scipy"))],
                         ids=["by name", "by content"])
def test_errors_come_before_libraries(job, tmp_path, change, loaded):
    """A wrong range is told before any library is loaded, a plate that is no picture before the networks' are."""
    save_job(job._replace(**change), tmp_path / "job.json")
    code = ("import json, sys\nfrom cmft_engine import cli\n"
            f"code = cli.run(['colorize', '--job', {str(tmp_path / 'job.json')!r}, '--events'])\n"
            "print(json.dumps([code, sorted(sys.modules)]))")
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    failed, (code, modules) = map(json.loads, result.stdout.splitlines())
    assert (failed["event"], code) == ("failed", InputError.exit_code), result.stdout
    assert not {*(loaded or HEAVY)} & {*modules}

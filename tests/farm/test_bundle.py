"""The OpenJD bundle: complete, accepted by `openjd check`, and run by `openjd run` with the real engine."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openjd.model import IntRangeExpr

from cmft_engine import cli
from cmft_engine.farm import bundle
from cmft_engine.image.palette import Palette, PaletteColor
from cmft_engine.image.palette_files import save_palette
from cmft_engine.image.plate import read_plate
from cmft_engine.image.sequence import frame_path
from cmft_engine.protocol.corrections_file import save_corrections
from cmft_engine.protocol.errors import InputError, PaletteError, ShotError
from cmft_engine.protocol.job import Job, JobReference, load_job, parse_frames
from cmft_engine.protocol.settings import Settings
from tests.drawings import figure, write, write_shot

BIN = Path(sys.executable).parent
DRAWINGS = {-1: figure(), 2: figure(4, 1), 3: figure(4, 1), 5: figure(-3, 2)}


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A shot with gaps, a hold and a negative frame, painted at that one, and a sheet with line art of its own."""
    lines = write_shot(tmp_path, DRAWINGS, reference=-1)
    write(figure(2, 2).painted(), tmp_path / "sheet.png")
    write(figure(2, 2).lines(), tmp_path / "sheet_lines.png")
    references = (JobReference(str(tmp_path / "ref.png"), -1),
                  JobReference(str(tmp_path / "sheet.png"), None, str(tmp_path / "sheet_lines.png")))
    return Job(str(lines), references, str(tmp_path / "farm" / "c.####.exr"), settings=Settings(
        work_size=128, device="cpu"))


def run_openjd(*arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run `openjd` as a person would."""
    return subprocess.run([str(BIN / "openjd"), *map(str, arguments)], capture_output=True, text=True, timeout=500)


def test_farm_colours_as_one_run_does(job: Job, tmp_path: Path) -> None:
    """Tasks of two frames, a session each, give the plates and the report of one run on one machine, bit for bit."""
    made = bundle.write_bundle(job, tmp_path / "bundle", chunk=2)
    checked = run_openjd("check", made.folder / "template.json")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    program, *arguments = shlex.split(made.run)
    assert program == "openjd"
    result = run_openjd(*arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.count("openjd_progress: 100.0") == 3  # two tasks, the report
    report = json.loads((tmp_path / "farm" / "report.json").read_text())
    assert [frame["frame"] for frame in report["frames"]] == [-1, 2, 3, 5]
    assert [frame["held_from"] for frame in report["frames"]] == [None, None, 2, None]
    alone = job._replace(out=str(tmp_path / "alone" / "c.####.exr"))
    finished = list(cli.start(alone))[-1]
    for frame in DRAWINGS:
        farm, one = (read_plate(frame_path(tmp_path / name / "c.####.exr", frame)) for name in ("farm", "alone"))
        assert farm.channels == one.channels and (farm.pixels == one.pixels).all(), frame
    assert finished.unsure == report["summary"]["unsure"]


def test_failing_task_tells_why(job: Job, tmp_path: Path) -> None:
    """A plate that has gone fails its task with the engine's sentence, and nothing is reported as done."""
    made = bundle.write_bundle(job, tmp_path / "bundle", chunk=4)
    (tmp_path / "ref.png").unlink()
    result = run_openjd(*shlex.split(made.run)[1:], "--step", "Colour")
    assert result.returncode != 0
    assert "ref.png" in result.stdout and "openjd_fail" in result.stdout


def test_every_path_is_a_parameter(job: Job, tmp_path: Path) -> None:
    """A farm can map each path of the shot: no argument names a folder, and values and assets name them all."""
    palette = save_day(tmp_path)
    corrections = tmp_path / "wishes.json"
    save_corrections(corrections, ())
    made = bundle.write_bundle(job._replace(palette=str(palette), corrections=str(corrections)), tmp_path / "bundle")
    template = json.loads((made.folder / "template.json").read_text())
    arguments = json.dumps(template["steps"])
    assert str(tmp_path) not in arguments and str(tmp_path) not in json.dumps(template["parameterDefinitions"])
    found = {row["name"]: row["value"] for row in json.loads(
        (made.folder / "parameter_values.json").read_text())["parameterValues"]}
    here = json.loads((made.folder / "parameters.json").read_text())
    assert found == {**here, "Engine": "cmft"} and Path(here["Engine"]) == BIN / "cmft"
    assert {Path(found[name]).name for name in found if name not in ("Frames", "FramesPerTask", "Engine")} == {
        tmp_path.name, "ref.png", "sheet.png", "sheet_lines.png", "day.json", "wishes.json", "farm"}
    assert set(found) | {"JobFile"} == {one["name"] for one in template["parameterDefinitions"]}
    inputs = json.loads((made.folder / "asset_references.json").read_text())["assetReferences"]["inputs"]
    assert [Path(name).name for name in inputs["filenames"]] == [
        "job.json", "ref.png", "sheet.png", "sheet_lines.png", "day.json", "wishes.json"]
    assert load_job(made.folder / "job.json").resume is True


def save_day(folder: Path) -> Path:
    """Write a palette."""
    save_palette(Palette((PaletteColor("coat", (0.2, 0.4, 0.8, 1.0)),)), folder / "day.json")
    return folder / "day.json"


@given(st.sets(st.integers(-30, 60), min_size=1))
def test_ranges_are_read_back(frames: set[int]) -> None:
    """The frames of a farm's range are those of the shot, to the engine and to OpenJD, negative ones too."""
    text = bundle.range_text(sorted(frames))
    assert parse_frames(text) == tuple(sorted(frames)) == tuple(IntRangeExpr.from_str(text))


def test_ranges_are_short() -> None:
    """Every second frame of a long shot is a few letters, as farms bound their number."""
    assert bundle.range_text(range(1001, 4000, 2)) == "1001-3999:2"
    assert bundle.range_text([1, 2, 3, 5, 8, 11, 20]) == "1-3,5-11:3,20"


def test_farm_s_own_steps_are_read() -> None:
    """OpenJD writes every second frame as 1-9:2."""
    assert parse_frames("1-9:2") == (1, 3, 5, 7, 9)


def test_bad_jobs_are_refused_at_once(job: Job, tmp_path: Path) -> None:
    """What a farm would stumble over is said before anything is written."""
    with pytest.raises(ShotError, match="no plate for frame 9"):
        bundle.write_bundle(job._replace(frames="2,9"), tmp_path / "bundle")
    with pytest.raises(InputError, match="at least 1 frame a task"):
        bundle.write_bundle(job, tmp_path / "bundle", chunk=0)
    odd = tmp_path / "{{odd"
    write_shot(odd, {1: figure()}, reference=1)
    with pytest.raises(InputError, match="rename it"):
        bundle.write_bundle(job._replace(lines=str(odd / "lines.####.png")), tmp_path / "bundle")
    write_shot(tmp_path / "named", {1: figure()}, reference=1)
    named = (tmp_path / "named" / "lines.0001.png").rename(tmp_path / "named" / "{{.0001.png")
    for odd_job in (job._replace(lines=str(named.with_name("{{.####.png"))),
                    job._replace(out=str(tmp_path / "{{.####.exr"))):
        with pytest.raises(InputError, match=r"\.####\.\w+: .* rename it"):
            bundle.write_bundle(odd_job, tmp_path / "bundle")
    with pytest.raises(ShotError, match="is an input of this shot"):
        bundle.write_bundle(job._replace(out=job.lines), tmp_path / "bundle")
    with pytest.raises(ShotError, match="4 frames need a name with ####"):
        bundle.write_bundle(job._replace(out=str(tmp_path / "one.exr")), tmp_path / "bundle")
    with pytest.raises(PaletteError, match=r"none\.json: cannot read the palette"):
        bundle.write_bundle(job._replace(palette=str(tmp_path / "none.json")), tmp_path / "bundle")
    with pytest.raises(InputError, match=r"output_space: 'sRBG'.* one like sRGB - Display"):
        bundle.write_bundle(job._replace(settings=Settings(output_space="sRBG")), tmp_path / "bundle")
    many = tuple(JobReference(str(tmp_path / "ref.png"), frame) for frame in range(100, 160))
    with pytest.raises(InputError, match=r"60 references .* make bundles of parts"):
        bundle.write_bundle(job._replace(references=many), tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()


def test_command_writes_a_bundle_once(job: Job, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`cmft farm` says how to run the bundle, and replaces one only when told to."""
    from cmft_engine.protocol.job import save_job

    save_job(job, tmp_path / "job.json")
    arguments = ["farm", "--job", str(tmp_path / "job.json"), "--out", str(tmp_path / "bundle"), "--chunk", "3"]
    assert cli.run(arguments) == 0
    said = capsys.readouterr().out
    assert "openjd run" in said and "deadline bundle submit" in said
    assert json.loads((tmp_path / "bundle" / "parameters.json").read_text())["FramesPerTask"] == 3
    assert cli.run(arguments) == 2 and cli.run([*arguments, "--overwrite"]) == 0
    before = (tmp_path / "job.json").read_bytes()
    assert cli.run(["farm", "--job", str(tmp_path / "job.json"), "--out", str(tmp_path), "--overwrite"]) == 2
    assert (tmp_path / "job.json").read_bytes() == before and not (tmp_path / "template.json").exists()

"""What goes wrong in a run is told, costs nothing that was finished, and spoils nothing that is somebody else's."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cmft_engine.image.palette import Palette, PaletteColor
from cmft_engine.image.palette_files import save_palette
from cmft_engine.image.plate import Plate, read_plate, write_plate
from cmft_engine.image.sequence import PlateSequence
from cmft_engine.matching.decide import decide
from cmft_engine.pipeline import colorize as pipeline
from cmft_engine.pipeline.colorize import colorize, colorize_iter
from cmft_engine.pipeline.resume import STATE
from cmft_engine.pipeline.verify import verify
from cmft_engine.protocol.errors import PlateError, ShotError
from cmft_engine.protocol.events import Finished, FrameDone, FrameFailed, Message, Skipped, Started
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.shot import Shot
from tests.drawings import figure, write, write_shot

pytestmark = pytest.mark.usefixtures("any_weights")
ROOT = Path(__file__).resolve().parents[2]
SMALL = Settings(work_size=128, device="cpu", temporal_radius=0)
DRAWINGS = {1: figure(), 2: figure(4, 1), 3: figure(-3, 2), 4: figure(2, 2)}
KILLED = """
import os, signal, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from cmft_engine.pipeline import reference_matcher
from cmft_engine.cli import main
from cmft_engine.image import plate
from cmft_engine.matching.network.weights import load_checkpoint
reference_matcher.load_checkpoint = lambda: load_checkpoint(Path({weights!r}))
verify, seen = plate._verify, []
plate._verify = lambda path: os.kill(os.getpid(), signal.SIGKILL) if seen[1:] else (seen.append(1), verify(path))
main()
"""


@pytest.fixture
def folder(tmp_path):
    """Frames 1 to 4, painted at frame 1."""
    write_shot(tmp_path, DRAWINGS, reference=1)
    return tmp_path


def open_shot(folder):
    return Shot.open(folder / "lines.####.png", reference=f"{folder}/ref.png@1")


def until_error(events):
    """The events of a run without its messages, and the error that ended it."""
    seen = []
    try:
        for event in events:
            if not isinstance(event, Message):
                seen.append(event)
    except PlateError as error:
        return seen, error
    return seen, None


def kinds(seen):
    return [type(event) for event in seen]


@pytest.mark.parametrize("bad", [b"", b"no picture", "cut", "size"])
def test_one_bad_plate_stops_no_other(folder, bad):
    """The rest is coloured and reported, the bad one is an event and the error; mended, it alone is left to do."""
    out, path = folder / "o" / "c.####.png", folder / "lines.0003.png"
    good = path.read_bytes()
    if bad == "size":
        write_plate(Plate.from_pixels(figure(side=80).lines()), path)
    else:
        path.write_bytes(good[:len(good) // 2] if bad == "cut" else bad)
    seen, error = until_error(colorize_iter(open_shot(folder), out, settings=SMALL))
    assert kinds(seen) == [Started, FrameDone, FrameDone, FrameFailed, FrameDone]
    assert (seen[0].frames, seen[3].frame, seen[3].path) == (4, 3, str(path))
    assert str(error).startswith("1 of 4 frames cannot be coloured, the other 3 frames are coloured: ")
    assert seen[3].message in str(error) and (error.frame, error.path) == (3, str(path))
    report = json.loads((folder / "o" / "report.json").read_text())
    assert [frame["frame"] for frame in report["frames"]] == [1, 2, 4] and seen[3].message in report["notes"]
    path.write_bytes(good)
    seen, error = until_error(colorize_iter(open_shot(folder), out, settings=SMALL, resume=True))
    assert error is None and kinds(seen) == [Started, Skipped, Skipped, FrameDone, Skipped, Finished]


def test_a_part_tells_of_its_own_bad_plates(folder):
    """A task of a farm fails for a bad plate among its frames, after the others of them, and for no other."""
    out = folder / "o" / "c.####.png"
    (folder / "lines.0003.png").write_bytes(b"")
    seen, error = until_error(colorize_iter(open_shot(folder).only("1-2"), out, settings=SMALL))
    assert error is None and kinds(seen) == [Started, FrameDone, FrameDone, Finished]
    seen, error = until_error(colorize_iter(open_shot(folder).only("3-4"), out, settings=SMALL))
    assert kinds(seen) == [Started, FrameFailed, FrameDone] and "1 of 2 frames" in str(error)
    assert not (folder / "o" / "report.json").exists()


def test_a_plate_that_goes_bad_during_the_run(folder):
    """A plate that is damaged after the shot was opened and its holds were found fails alone."""
    shot = open_shot(folder)
    shot.holds()
    (folder / "lines.0002.png").unlink()
    (folder / "lines.0003.png").write_bytes(b"")
    seen, error = until_error(colorize_iter(shot, folder / "o" / "c.####.png", settings=SMALL))
    assert kinds(seen) == [Started, FrameDone, FrameFailed, FrameFailed, FrameDone]
    assert "lines.0002.png (frame 2) cannot be read" in str(error) and "lines.0003.png (frame 3) is empty" in str(error)


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:60])],
                         ids=["deleted", "cut off"])
def test_a_plate_that_goes_bad_stops_no_neighbour(folder, spoil):
    """The neighbouring frames that it would have voted on are coloured without its votes, and anew once it is back."""
    write_shot(folder, {1: figure(), **{frame: figure(frame - 12, frame % 3) for frame in range(2, 11)}}, reference=1)
    settings, bad = SMALL.replace(temporal_radius=2), folder / "lines.0008.png"
    content, shot = bad.read_bytes(), open_shot(folder)
    shot.holds()
    spoil(bad)
    told, error = until_error(colorize_iter(shot, folder / "out" / "c.####.png", settings=settings))
    assert "1 of 10 frames cannot be coloured, the other 9 frames are coloured" in str(error)
    assert [one.frame for one in told if isinstance(one, FrameFailed)] == [8]
    bad.write_bytes(content)
    again = list(colorize_iter(open_shot(folder), folder / "out" / "c.####.png", settings=settings, resume=True))
    assert {one.frame for one in again if isinstance(one, FrameDone)} == {6, 7, 8, 9, 10}
    assert {one.frame for one in again if isinstance(one, Skipped)} == {1, 2, 3, 4, 5}


@pytest.mark.parametrize(("name", "words"), [("lines.0003.png", "lines.0003.png (frame 3) is 80x80, but "),
                                             ("ref.png", "ref.png (frame 1) is 80x80, but ")])
def test_a_plate_that_gets_another_size_during_the_run(folder, name, words):
    """It is not cropped to the others in silence."""
    shot = open_shot(folder)
    shot.holds()
    write(figure(side=80).painted(), folder / name)
    _, error = until_error(colorize_iter(shot, folder / "o" / "c.####.png", settings=SMALL))
    assert words + "was 64x64 when the shot was opened; render it in that size, then --resume" in str(error)
    assert not (folder / "o" / "c.0003.png").exists()


def test_nothing_but_bad_plates(folder):
    """Where no frame is left there is no report."""
    for frame in (2, 3):
        (folder / f"lines.{frame:04d}.png").write_bytes(b"")
    shot = dataclasses.replace(open_shot(folder), frames=(2, 3))
    seen, error = until_error(colorize_iter(shot, folder / "o" / "c.####.png", settings=SMALL))
    assert kinds(seen) == [Started, FrameFailed, FrameFailed]
    assert str(error).startswith("2 of 2 frames cannot be coloured, no frame is coloured: ")
    assert not (folder / "o" / "report.json").exists()


def test_finished_means_that_every_plate_is_there(folder):
    """The output folder deleted in the middle: the plates that have gone are named, and no report lies about them."""
    out = folder / "o" / "c.####.png"
    events = colorize_iter(open_shot(folder), out, settings=SMALL)
    for event in events:
        if isinstance(event, FrameDone):
            shutil.rmtree(folder / "o")
            break
    seen, error = until_error(events)
    assert Finished not in kinds(seen)
    assert str(error).startswith("1 of the coloured plates have gone from ") and "(c.0001.png)" in str(error)
    assert not (folder / "o" / "report.json").exists()
    seen, error = until_error(colorize_iter(open_shot(folder), out, settings=SMALL, resume=True))
    assert error is None and kinds(seen) == [Started, FrameDone, Skipped, Skipped, Skipped, Finished]


def test_damaged_plates_are_coloured_anew(folder):
    """A finished plate of which one byte differs, its size the same, is found and made again, and nothing else."""
    out = folder / "o" / "c.####.png"
    colorize(open_shot(folder), out, settings=SMALL)
    path = folder / "o" / "c.0002.png"
    good = path.read_bytes()
    path.write_bytes(good[:-20] + bytes([good[-20] ^ 1]) + good[-19:])
    assert [finding.path for finding in verify(folder / "o") if finding.problem] == [path]
    seen, _ = until_error(colorize_iter(open_shot(folder), out, settings=SMALL, resume=True))
    assert [event.frame for event in seen if isinstance(event, FrameDone)] == [2]
    assert path.read_bytes() == good and not any(finding.problem for finding in verify(out))


def test_another_color_config_makes_plates_stale(folder, monkeypatch):
    """`--resume` under another `$OCIO` colours all frames again."""
    out = folder / "o" / "c.####.png"
    colorize(open_shot(folder).only("1"), out, settings=SMALL)
    monkeypatch.setenv("OCIO", "ocio://studio-config-latest")
    seen, _ = until_error(colorize_iter(open_shot(folder).only("1"), out, settings=SMALL, resume=True))
    assert kinds(seen) == [Started, FrameDone, Finished]


def test_what_is_not_ours_stays(folder):
    """A plate that no run noted, a report of somebody else and an input that lies where the report goes are kept."""
    out = folder / "o" / "c.####.png"
    (folder / "o").mkdir()
    plate, report = folder / "o" / "c.0002.png", folder / "o" / "report.json"
    plate.write_bytes(b"mine")
    with pytest.raises(ShotError, match=r"c\.0002\.png \(frame 2\) is there, but no run has noted it; .*--overwrite"):
        colorize(open_shot(folder), out, settings=SMALL, resume=True)
    plate.unlink()
    for name in ("report.json", "report.html"):
        (folder / "o" / name).write_text('{"mine": 1}')
        with pytest.raises(ShotError, match=rf"{name} is no report of CMFT.*move it away, choose another --out, or"):
            colorize(open_shot(folder), out, settings=SMALL)
        assert (folder / "o" / name).read_text() == '{"mine": 1}'
        (folder / "o" / name).unlink()
    save_palette(Palette((PaletteColor("red", (1, 0, 0, 1)),)), report)
    before = report.read_bytes()
    for named in ({}, {"overwrite": True}, {"resume": True}):
        with pytest.raises(ShotError, match=r"report\.json is an input of this shot"):
            colorize(open_shot(folder), out, settings=SMALL, palette=report, **named)
    assert report.read_bytes() == before and [path.name for path in (folder / "o").iterdir()] == ["report.json"]


def test_own_reports_are_replaced_and_links_are_not_followed(folder):
    """A second run replaces the reports of the first; a link in the place of one is somebody else's."""
    out = folder / "o" / "c.####.png"
    colorize(open_shot(folder), out, settings=SMALL)
    colorize(open_shot(folder), out, settings=SMALL, resume=True)
    (folder / "mine.json").write_text((folder / "o" / "report.json").read_text())
    (folder / "o" / "report.json").unlink()
    (folder / "o" / "report.json").symlink_to(folder / "mine.json")
    before = (folder / "mine.json").read_text()
    with pytest.raises(ShotError, match=r"report\.json is no report of CMFT"):
        colorize(open_shot(folder), out, settings=SMALL, resume=True)
    colorize(open_shot(folder), out, settings=SMALL, overwrite=True)
    assert (folder / "mine.json").read_text() == before and not (folder / "o" / "report.json").is_symlink()


def test_two_runs_in_one_folder(folder):
    """A second run over the same frames is refused at once; one over others goes on beside the first."""
    out = folder / "o" / "c.####.png"
    first = colorize_iter(open_shot(folder).only("1-2"), out, settings=SMALL)
    next(first)
    with pytest.raises(ShotError, match=r"another run colours them now"):
        next(colorize_iter(open_shot(folder), out, settings=SMALL, resume=True))
    assert Finished in kinds(until_error(colorize_iter(open_shot(folder).only("3-4"), out, settings=SMALL))[0])
    assert Finished in kinds(until_error(first)[0])
    assert not list((folder / "o" / STATE).glob("*.claim"))
    colorize(open_shot(folder), out, settings=SMALL, resume=True)


def test_exr_bytes_are_the_same(folder):
    """Two runs at other times write the same bytes."""
    for name in "ab":
        colorize(open_shot(folder).only("2"), folder / name / "c.####.exr", settings=SMALL)
        time.sleep(1.1)
    assert len({(folder / name / "c.0002.exr").read_bytes() for name in "ab"}) == 1


def test_no_number_is_never_sure(folder, monkeypatch):
    """Confidence that is NaN, as broken weights make it, counts as none: every region is listed, the EXR holds 0."""
    def broken(*rest, **named):
        decision = decide(*rest, **named)
        return dataclasses.replace(decision, confidence=np.full_like(decision.confidence, np.nan))

    monkeypatch.setattr(pipeline, "decide", broken)
    seen, _ = until_error(colorize_iter(open_shot(folder).only("2"), folder / "o" / "c.####.exr", settings=SMALL))
    assert (seen[1].confidence, seen[1].unsure) == (0.0, seen[1].regions)
    plate = read_plate(folder / "o" / "c.0002.exr")
    assert (plate.pixels[..., plate.channels.index("confidence.Y")] == 0).all()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_killed_and_resumed(folder, random_weights):
    """Killed while it writes frame 3, a run leaves no half plate; --resume keeps 1 and 2 and leaves no rubbish."""
    out = folder / "o" / "c.####.png"
    arguments = ["colorize", str(folder / "lines.####.png"), "--reference", f"{folder}/ref.png@1", "--out", str(out),
                 "--work-size", "128", "--temporal-radius", "0", "--device", "cpu", "--events"]
    code = KILLED.format(root=str(ROOT), weights=str(random_weights))
    process = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, timeout=300)
    assert process.returncode == -9, process.stderr.decode()
    kept = [out.parent / f"c.{frame:04d}.png" for frame in (1, 2)]
    before = [path.stat().st_mtime_ns for path in kept]
    assert len(list(out.parent.glob(".cmft-*.tmp.png"))) == 1
    assert PlateSequence.parse(out.parent).frames == (1, 2)
    seen = list(colorize_iter(open_shot(folder), out, settings=SMALL, resume=True))
    assert [event.frame for event in seen if isinstance(event, Skipped)] == [1, 2]
    assert [path.stat().st_mtime_ns for path in kept] == before
    assert PlateSequence.parse(out.parent).frames == (1, 2, 3, 4)
    assert not list(out.parent.glob("*.tmp*")) and not list(out.parent.glob(".*.tmp*"))

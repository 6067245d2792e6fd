"""A coloured shot is corrected without the networks: plates, notes and report follow, and nothing else changes.

Runs with random networks: nothing here depends on what they find.
"""

import json
import re
import shutil
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from cmft_engine import cli
from cmft_engine.image.plate import read_plate
from cmft_engine.pipeline.changes import Change
from cmft_engine.pipeline.claims import claimed
from cmft_engine.pipeline.colored_shot import ColoredShot
from cmft_engine.pipeline.colorize import colorize, colorize_iter
from cmft_engine.pipeline.correcting import anchored, apply, approval, correct
from cmft_engine.pipeline.resume import STATE
from cmft_engine.pipeline.shot_file import SHOT, load_shot, state_of
from cmft_engine.pipeline.verify import verify
from cmft_engine.protocol.corrections import Correction, added, made, undone
from cmft_engine.protocol.corrections_file import change
from cmft_engine.protocol.errors import InputError, PlateError, ShotError
from cmft_engine.protocol.events import FrameDone, Message, Skipped
from cmft_engine.protocol.job import Job, JobReference
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.shot import Shot
from tests.drawings import figure, write, write_shot

pytestmark = pytest.mark.usefixtures("any_weights")
SMALL = Settings(work_size=128, device="cpu")
FACE = (32, 24)  # a pixel of the face of every drawing


@pytest.fixture
def colored(tmp_path):
    """A folder of four coloured frames, the third of which holds the second."""
    drawings = {1: figure(), 2: figure(1), 3: figure(1), 4: figure(2)}
    lines = write_shot(tmp_path, drawings, reference=1)
    shot = Shot.open(lines, reference=f"{tmp_path}/ref.png@1")
    colorize(shot, tmp_path / "o" / "c.####.exr", settings=SMALL)
    return tmp_path / "o"


def pin(out, frame=4, color=None, at=FACE, **values):
    """Pin a region, and return what came of it and the shot."""
    shot = ColoredShot(out)
    name = color or shot.palette.names[-1]
    correct(shot, anchored(shot, Correction("pin", frame, (at,), name, **values)))
    return apply(ColoredShot(out)), shot


def plates(out):
    return {path.name: path.read_bytes() for path in out.glob("c.*.exr")}


def flat_at(out, frame, at=FACE):
    plate = read_plate(out / f"c.{frame:04d}.exr")
    places = [plate.channels.index(f"flats.{c}") for c in "RGBA"]
    return plate.pixels[at[1], at[0], places]


def other_color(out, frame, at=FACE):
    """A palette entry that the region does not have."""
    shot = ColoredShot(out)
    region = shot.region_at(frame, *at)
    has = shot.record(shot.decided_at[frame]).graph.color[region]
    wanted = shot.wanted().changes[frame].get(region)
    has = has if wanted is None else wanted.color
    return next(name for index, name in enumerate(shot.palette.names) if index != has)


def test_pin_and_undo(colored):
    """A pin changes its region in its plate exactly, undo brings every byte back, and the plates stay verified."""
    before, name = plates(colored), other_color(colored, 4)
    applied, shot = pin(colored, color=name)
    assert 4 in applied.rewritten and not applied.lost
    space = read_plate(colored / "c.0004.exr").space
    value = shot.palette.in_space(space).values[shot.palette.names.index(name)]
    assert np.array_equal(flat_at(colored, 4), value)
    changed = {name for name, raw in plates(colored).items() if raw != before[name]}
    assert changed == {f"c.{frame:04d}.exr" for frame in applied.rewritten}
    assert all(not finding.problem for finding in verify(colored))
    change(shot.corrections_path, undone)
    assert apply(ColoredShot(colored)).rewritten == applied.rewritten and plates(colored) == before
    assert apply(ColoredShot(colored)).rewritten == ()


@pytest.mark.parametrize("command", [("pin",), ("pin", "--events"), ("area",)], ids=" ".join)
def test_the_frame_that_was_pointed_at_comes_first(colored, command):
    """On the command line too: who points at a frame looks at it."""
    shot = ColoredShot(colored)
    correct(shot, anchored(shot, Correction("pin", 2, (FACE,), other_color(colored, 2))))  # its plate is to follow too
    name, *more = command
    arguments = [name, str(colored), "--frame=4", f"--at={FACE[0]},{FACE[1]}",
                 f"--color={other_color(colored, 4)}", *more]
    told = subprocess.run([sys.executable, "-m", "cmft_engine", *arguments], capture_output=True, text=True, check=True)
    written = re.findall(r"c\.(\d{4})\.exr", told.stdout)
    assert len(written) > 1 and written[0] == "0004" and written[1:] == sorted(written[1:])


def test_report_follows(colored):
    """A pinned region is sure, is listed no more, and its picture in the page is a new one."""
    shot = ColoredShot(colored)
    region = shot.region_at(4, *FACE) + 1
    _, shot = pin(colored, color=other_color(colored, 4))
    frames = {frame["frame"]: frame for frame in json.loads((colored / "report.json").read_text())["frames"]}
    assert region not in {one["label"] for one in frames[4]["unsure"]} and set(frames) == {1, 2, 3, 4}
    page = (colored / "report.html").read_text()
    assert page.count("data:image/jpeg") >= 4
    plate = read_plate(colored / "c.0004.exr")
    assert plate.pixels[FACE[1], FACE[0], plate.channels.index("confidence.Y")] == 1


def test_a_later_run_keeps_corrections(colored, tmp_path):
    """--resume skips corrected plates; a redrawn plate is coloured anew with its corrections."""
    name = other_color(colored, 4)
    _, shot = pin(colored, color=name)
    corrected = plates(colored)
    again = Shot.open(tmp_path / "lines.####.png", reference=f"{tmp_path}/ref.png@1")
    seen = list(colorize_iter(again, colored / "c.####.exr", settings=SMALL, resume=True))
    assert sum(isinstance(event, Skipped) for event in seen) == 4 and plates(colored) == corrected
    write(figure(3, 1).lines(), tmp_path / "lines.0004.png")
    again = Shot.open(tmp_path / "lines.####.png", reference=f"{tmp_path}/ref.png@1")
    seen = list(colorize_iter(again, colored / "c.####.exr", settings=SMALL, resume=True))
    assert 4 in {event.frame for event in seen if isinstance(event, FrameDone)}
    shot = ColoredShot(colored)
    place = (FACE[0] + 1, FACE[1] + 1)
    assert shot.wanted().changes[4][shot.region_at(4, *place)].color == shot.palette.names.index(name)
    assert not shot.stale(shot.wanted())


def test_a_redrawn_region_is_copied_anew(colored, tmp_path):
    """A plate is written again when the drawing that a region of it is painted like was coloured anew."""
    shot = ColoredShot(colored)
    correct(shot, anchored(shot, Correction("pin", 1, (FACE,), like=(4, 32.0, 44.0))))
    apply(ColoredShot(colored))
    write(figure(3, 1).lines(), tmp_path / "lines.0004.png")
    again = Shot.open(tmp_path / "lines.####.png", reference=f"{tmp_path}/ref.png@1").only("3-4")
    colorize(again, colored / "c.####.exr", settings=SMALL, resume=True)
    shot = ColoredShot(colored)
    assert 1 in shot.stale(shot.wanted()) and 1 in apply(shot).rewritten
    assert not ColoredShot(colored).stale(ColoredShot(colored).wanted())


def test_correction_that_finds_nothing_is_told(colored, tmp_path):
    """The run says which, why, and what to do; the correction stays in the file."""
    pin(colored)
    write(np.ones((64, 64, 3), np.float32), tmp_path / "lines.0004.png")
    again = Shot.open(tmp_path / "lines.####.png", reference=f"{tmp_path}/ref.png@1")
    seen = list(colorize_iter(again, colored / "c.####.exr", settings=SMALL, resume=True))
    told = [event.text for event in seen if isinstance(event, Message) and "frame 4 has no region" in event.text]
    assert len(told) == 1 and len(ColoredShot(colored).corrections()) == 1
    assert told[0] in json.loads((colored / "report.json").read_text())["notes"]


def test_a_job_brings_corrections(colored, tmp_path):
    """Corrections that a job names join those beside its plates before its first frame, each once; the file stays."""
    name, shot = other_color(colored, 4), ColoredShot(colored)
    correct(shot, anchored(shot, Correction("pin", 4, (FACE,), name)))
    brought = tmp_path / "brought.json"
    brought.write_bytes(shot.corrections_path.read_bytes())
    job = Job(str(tmp_path / "lines.####.png"), (JobReference(str(tmp_path / "ref.png"), 1),),
              str(tmp_path / "farm" / "c.####.exr"), settings=SMALL, corrections=str(brought), resume=True)
    for part in ("1,2", "3,4"):
        list(cli.start(job, part))
    list(cli.start(job))
    apply(ColoredShot(colored))
    assert len(ColoredShot(tmp_path / "farm").corrections()) == 1
    assert plates(tmp_path / "farm") == plates(colored)
    with pytest.raises(InputError, match=r"gone\.json: there is no such file of corrections"):
        list(cli.start(job._replace(corrections=str(tmp_path / "gone.json"))))
    (tmp_path / "bad.json").write_text("[]")
    with pytest.raises(InputError, match=r"bad\.json is no file of corrections"):
        list(cli.start(job._replace(corrections=str(tmp_path / "bad.json"))))
    assert brought.read_bytes() == shot.corrections_path.read_bytes()


def test_area(colored):
    """It paints a part of its region exactly, and what follows is painted like it; undo brings every byte back."""
    before, shot = plates(colored), ColoredShot(colored)
    name, (x, y) = other_color(colored, 4), FACE
    value = shot.palette.in_space(read_plate(colored / "c.0004.exr").space).values[shot.palette.names.index(name)]
    correct(shot, anchored(shot, Correction("area", 4, ((x, y), (x + 4, y), (x + 4, y + 4), (x, y + 4)), name)))
    assert 4 in apply(ColoredShot(colored)).rewritten
    assert np.array_equal(flat_at(colored, 4, (x + 2, y + 2)), value)
    assert not np.array_equal(flat_at(colored, 4, (x - 3, y)), value)
    shot = ColoredShot(colored)
    changes = shot.wanted().changes
    own = changes[4][shot.region_at(4, *FACE)]
    assert all(one.like.change == own for of in changes.values() for one in of.values() if one.like is not None)
    assert not shot.stale(shot.wanted()) and 4 in shot.stale(shot.corrector.wanted(()))
    change(shot.corrections_path, undone)
    apply(ColoredShot(colored))
    assert plates(colored) == before


def test_recolor_reaches_an_area(colored):
    """An area, and its copies within the frames, take the new colour; in frames beyond them they keep theirs."""
    shot, (x, y) = ColoredShot(colored), FACE
    old = other_color(colored, 4)
    new = next(name for name in shot.palette.names if name != old)
    values = shot.palette.in_space(read_plate(colored / "c.0004.exr").space).values
    outline = ((x, y), (x + 4, y), (x + 4, y + 4), (x, y + 4))
    correct(shot, anchored(shot, Correction("area", 4, outline, old)))
    apply(ColoredShot(colored))
    copied = [frame for frame in (2, 3) if np.array_equal(flat_at(colored, frame, (x + 2, y + 2)),
                                                          values[shot.palette.names.index(old)])]
    shot = ColoredShot(colored)
    correct(shot, Correction("recolor", 4, (), new, old, last=4))
    apply(ColoredShot(colored))
    assert np.array_equal(flat_at(colored, 4, (x + 2, y + 2)), values[shot.palette.names.index(new)])
    for frame in copied:
        assert np.array_equal(flat_at(colored, frame, (x + 2, y + 2)), values[shot.palette.names.index(old)])


@pytest.mark.parametrize(("suffix", "stays"), [("png", True), ("exr", False)])
def test_confidence_alone_writes_no_picture(tmp_path, monkeypatch, suffix, stays):
    """What changes how sure a region is, and no more, leaves a plate that does not tell it; its note follows."""
    lines = write_shot(tmp_path, {1: figure(), 2: figure(1)}, reference=1)
    shot, out = Shot.open(lines, reference=f"{tmp_path}/ref.png@1"), tmp_path / "o"
    with monkeypatch.context() as patch:
        patch.setattr(ColoredShot, "stale", lambda self, wanted: [])
        colorize(shot, out / f"c.####.{suffix}", settings=SMALL)
    colored = ColoredShot(out)
    plate, color = colored.plate_path(2), int(colored.record(2).graph.color[0])
    bare = colored.wanted()._replace(changes={2: {0: Change(color, 0.125)}})
    written = plate.stat().st_mtime_ns
    made = colored.rewrite(2, bare)
    assert (plate.stat().st_mtime_ns == written) == stays
    assert {one.label: one.confidence for one in made.report.unsure}[1] == 0.125
    assert colored.frames[2].note.settled and all(one.problem == "" for one in verify(out))
    pinned = bare._replace(changes={2: {0: Change((color + 1) % len(colored.palette), 1.0, False)}})
    for changes in (pinned, bare):  # what was shown meanwhile is taken back
        written = plate.read_bytes()
        colored.rewrite(2, changes)
        assert plate.read_bytes() != written


def test_approved_pattern_stays(colored):
    """What a frame was painted like when it was approved is kept in the approval."""
    shot, other = ColoredShot(colored), ColoredShot(colored)
    correct(shot, anchored(shot, Correction("pin", 4, (FACE,), like=(1, 32.0, 44.0))))
    region, wanted = shot.region_at(4, *FACE), shot.wanted().changes[4]
    assert wanted[region].like == (1, shot.region_at(1, 32, 44), None)
    one = approval(other, 4, wanted)
    assert [other.region_at(4, x, y) for x, y, *_ in one.likes] == [region]
    assert [(frame, other.region_at(1, x, y)) for *_, frame, x, y in one.likes] == [wanted[region].like[:2]]
    change(shot.corrections_path, lambda there: added(undone(there), made(one)))
    assert ColoredShot(colored).wanted().changes[4][region].like == wanted[region].like


def test_held_frames_and_approval(colored):
    """A frame that holds a drawing follows it; an approved one is kept."""
    name = other_color(colored, 2)
    pin(colored, frame=2, color=name)
    assert np.array_equal(flat_at(colored, 2), flat_at(colored, 3))
    shot = ColoredShot(colored)
    approved = approval(shot, 2, shot.wanted().before_recolors[2])
    assert (len(approved.colors) == 4) and name in {color for *_, color in approved.colors}
    correct(shot, approved)
    before = plates(colored)["c.0002.exr"]
    pin(colored, frame=4, color=other_color(colored, 4))
    assert np.array_equal(flat_at(colored, 2), flat_at(colored, 3)) and len(before)
    index = shot.palette.names.index(name)
    assert ColoredShot(colored).wanted().changes[2][shot.region_at(2, *FACE)].color == index


def test_while_a_run_goes_on(colored):
    """The correction is kept in the file, the plates wait for the run."""
    with claimed({4: colored / "c.0004.exr"}), pytest.raises(ShotError, match="another run colours them now"):
        pin(colored, color=other_color(colored, 4))
    assert len(ColoredShot(colored).corrections()) == 1
    assert 4 in apply(ColoredShot(colored)).rewritten


def test_moved_folder(colored, tmp_path, tmp_path_factory):
    """Line plates and results that are moved together are found from each other."""
    elsewhere = tmp_path_factory.mktemp("moved") / "shot"
    shutil.move(tmp_path, elsewhere)
    applied, _ = pin(elsewhere / "o", color=other_color(elsewhere / "o", 4))
    assert 4 in applied.rewritten
    shutil.move(elsewhere, tmp_path)


def test_refused(colored, tmp_path):
    """What cannot be corrected is named with its frame and a remedy, and no plate is lost."""
    shot = ColoredShot(colored)
    for correction, said in (
        (Correction("pin", 9, (FACE,), shot.palette.names[0]), "frame 9 of .* is not coloured"),
        (Correction("pin", 1, ((900, 1),), shot.palette.names[0]), "900, 1 lies outside of frame 1, which is 64x64"),
        (Correction("pin", 1, (FACE,), "mauve"), 'no color "mauve"'),
    ):
        with pytest.raises(InputError, match=said):
            anchored(shot, correction)
    with pytest.raises(InputError, match="no finished run is noted there"):
        ColoredShot(tmp_path)
    retouched = colored / "c.0004.exr"
    retouched.write_bytes(retouched.read_bytes() + b"retouched")
    with pytest.raises(PlateError, match="was changed since it was coloured"):
        pin(colored, color=other_color(colored, 4))
    assert retouched.read_bytes().endswith(b"retouched")


def test_place_in_no_region():
    """Of a drawing that is all ink no place can be pinned, which is said."""
    shot = SimpleNamespace(decided_at={1: 1}, labels_under_ink=lambda _: np.zeros((4, 4), np.int32))
    with pytest.raises(InputError, match="2, 3 in frame 1 lies in no region; point at the inside of one"):
        anchored(shot, Correction("pin", 1, ((2.0, 3.0),), like=(1, 0.0, 0.0)))


def test_one_bad_plate_stops_no_other(colored):
    """A retouched plate is named and stays; the others, and the report, follow."""
    name = other_color(colored, 2)
    retouched = colored / "c.0002.exr"
    retouched.write_bytes(retouched.read_bytes() + b"retouched")
    with pytest.raises(PlateError, match=r"of . plates cannot follow .*c\.0002\.exr .* was changed since"):
        pin(colored, frame=2, color=name)
    shot = ColoredShot(colored)
    assert shot.stale(shot.wanted()) == [2] and retouched.read_bytes().endswith(b"retouched")


def test_redrawn_line_plate_is_refused(colored, tmp_path):
    """New lines over old regions would be a double picture."""
    before = plates(colored)["c.0004.exr"]
    write(figure(-4).lines(), tmp_path / "lines.0004.png")
    with pytest.raises(PlateError, match=r"lines\.0004\.png .* was changed since it was coloured; run the shot"):
        pin(colored, color=other_color(colored, 4))
    assert plates(colored)["c.0004.exr"] == before


def test_corrections_of_another_process(colored):
    """A shot that was opened before another process corrected it goes on from what is there now."""
    session = ColoredShot(colored)
    assert session.frames
    pin(colored, color=other_color(colored, 4))
    correct(session, anchored(session, Correction("pin", 4, (FACE,), session.palette.names[0])))
    apply(session)
    assert not ColoredShot(colored).stale(ColoredShot(colored).wanted())


@pytest.mark.parametrize("damage", [b"x", b""])
def test_damaged_record(colored, tmp_path, damage):
    """--resume colours a frame whose record cannot be read, and notes a shot that cannot be."""
    folder = colored / STATE / "c.####.exr"
    (folder / "4.npz").write_bytes(damage)
    (folder / SHOT).write_bytes(damage)
    again = Shot.open(tmp_path / "lines.####.png", reference=f"{tmp_path}/ref.png@1")
    seen = list(colorize_iter(again, colored / "c.####.exr", settings=SMALL, resume=True))
    assert [event.frame for event in seen if isinstance(event, FrameDone)] == [4]
    assert ColoredShot(colored).record(4) is not None and pin(colored)[0] is not None


def test_line_plate_gone(colored, tmp_path):
    (tmp_path / "lines.0004.png").unlink()
    before = plates(colored)
    with pytest.raises(PlateError, match=r"lines\.0004\.png"):
        pin(colored, color=other_color(colored, 4))
    assert plates(colored)["c.0004.exr"] == before["c.0004.exr"]


def test_a_plate_that_is_gone_comes_back(colored):
    (colored / "c.0004.exr").unlink()
    assert 4 in pin(colored, color=other_color(colored, 4))[0].rewritten and (colored / "c.0004.exr").exists()


def test_line_is_cut_anew(colored, tmp_path):
    """An opened line makes two regions one in the next run, of this drawing and its neighbours alone."""
    shot = ColoredShot(colored)
    before = shot.record(4).graph.count
    correct(shot, anchored(shot, Correction("line", 4, (FACE, (FACE[0], 44)), closes=False)))
    again = Shot.open(tmp_path / "lines.####.png", reference=f"{tmp_path}/ref.png@1")
    seen = list(colorize_iter(again, colored / "c.####.exr", settings=SMALL, resume=True))
    done = {event.frame for event in seen if isinstance(event, FrameDone)}
    assert 4 in done and 1 not in done and ColoredShot(colored).record(4).graph.count == before - 1


def test_shot_file(colored):
    """It says all that a plate needs; one that is damaged is told."""
    folder, pattern = state_of(colored / "c.####.exr")
    shot = load_shot(folder)
    assert pattern == colored / "c.####.exr" and folder == colored / STATE / "c.####.exr"
    assert state_of(colored / "c.%04d.exr") == (folder, pattern) == state_of(colored)
    for other, said in (("d.####.exr", "no finished run"), ("gone/c.####.exr", "there is no such folder")):
        with pytest.raises(InputError, match=said):
            state_of(colored / other)
    assert shot.frames == (1, 2, 3, 4) and shot.settings == SMALL and shot.line_plate(3).name == "lines.0003.png"
    assert len(shot.palette) == 4 and shot.paintings[0].frame == 1
    for text in ("", "{}", "[]", '{"version": 1, "frames": 7}', "[" * 10000):
        (folder / SHOT).write_text(text)
        with pytest.raises(InputError, match="what a run noted of the shot cannot be read"):
            ColoredShot(colored)

"""One stroke closes a gap, or opens one, in every drawing that shows the place, and says where it does not."""

import shutil

import numpy as np
import pytest

from cmft_engine import cli
from cmft_engine.image.plate import Plate, write_plate
from cmft_engine.pipeline.colored_shot import ColoredShot
from cmft_engine.pipeline.colorize import colorize, colorize_iter
from cmft_engine.pipeline.correcting import anchored, approval, correct
from cmft_engine.pipeline.line_placements import APPROVED, REDRAWN, WAITS, drawings_of, not_followed, placements
from cmft_engine.protocol.corrections import Correction, undone
from cmft_engine.protocol.corrections_file import change
from cmft_engine.protocol.errors import InputError
from cmft_engine.protocol.events import FrameDone, Message
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.shot import Shot
from tests.gapped import STROKE, Pose, drawn, write_shot

SMALL = Settings(work_size=192, device="cpu", temporal_radius=1)
POSES = {1: Pose(), 2: Pose(3, 4, -2), 3: Pose(7, 9, -3), 4: Pose(11, 14, -5), 5: Pose(11, 14, -5), 6: Pose(16, 20, -6),
         7: Pose(20, 27, -6), 8: Pose(20, 40, -6), 9: Pose(10, 200, 0)}
GAPS = {2, 3, 4, 5, 6, 7}
FROM = 4  # where the stroke is drawn, a frame that the next one holds
COUNT = {True: 4, False: 3}  # regions of a drawing, by whether the mitten is closed


def stroke_at(frame):
    return tuple(map(tuple, POSES[frame].places(STROKE).round(1).tolist()))


@pytest.fixture(scope="module")
def colored_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gapped")
    lines = write_shot(folder, POSES, gaps=GAPS)
    colorize(Shot.open(lines, reference=f"{folder}/ref.png@1"), folder / "o" / "c.####.png", settings=SMALL)
    return folder


@pytest.fixture
def folder(colored_once, tmp_path):
    shutil.copytree(colored_once, tmp_path / "shot")
    return tmp_path / "shot"


def draw(folder, frame=FROM, **values):
    """Draw the line at a frame; return the correction as it is in the file."""
    shot = ColoredShot(folder / "o")
    one = Correction("line", frame, stroke_at(frame), along=True)._replace(**values)
    return correct(shot, anchored(shot, one))[-1]


def run_again(folder):
    """Run with --resume; return the frames that were coloured and the warnings."""
    shot = Shot.open(folder / "lines.####.png", reference=f"{folder}/ref.png@1")
    seen = list(colorize_iter(shot, folder / "o" / "c.####.png", settings=SMALL, resume=True))
    return ({event.frame for event in seen if isinstance(event, FrameDone)},
            [event.text for event in seen if isinstance(event, Message) and event.level == "warning"])


def counts(folder):
    shot = ColoredShot(folder / "o")
    return {frame: shot.record(at).graph.count for frame, at in shot.decided_at.items()}


def still_open(folder):
    """The frames in which the mitten has a gap; of the last it has gone."""
    return {frame for frame, count in counts(folder).items() if count == COUNT[False] and frame != 9}


def told(folder):
    """Where the one line goes, as the list says it."""
    shot = ColoredShot(folder / "o")
    return list(placements(shot.corrections(), drawings_of(shot)).values())


def test_one_stroke_closes_the_gap_in_every_drawing(folder):
    """In those that have it, with the regions of the drawing without a gap; the held frame too."""
    before = counts(folder)
    assert before == {frame: COUNT[frame not in GAPS] for frame in POSES if frame != 9} | {9: before[9]}
    one = draw(folder)
    assert {placed.frame for placed in one.placed} == GAPS and one.frame == 1 and one.last == 9 and one.drawn_at == 4
    for placed in one.placed:
        ends = np.array(placed.points)[[0, -1]]
        assert np.abs(ends - POSES[placed.frame].places((STROKE[0], STROKE[-1]))).max() < 3
    frames, warnings = run_again(folder)
    assert frames >= GAPS and 9 not in frames and not warnings
    assert counts(folder) == {frame: COUNT[True] for frame in POSES if frame != 9} | {9: before[9]}
    assert run_again(folder)[0] == set()
    change(ColoredShot(folder / "o").corrections_path, undone)
    assert run_again(folder)[0] == frames and counts(folder) == before


def test_what_is_not_drawn_is_told(folder):
    """With the reason, for each frame: where the line is closed, and where the part has left the picture."""
    one = draw(folder)
    reasons = {left.frame: left.reason for left in one.unplaced}
    assert reasons.keys() == {1, 8, 9} and reasons[1] == reasons[8] == "it is closed there already"
    text, = told(folder)
    assert text.startswith("drawn in frames 2-7; not in frames 1 8: it is closed there already; not in frame 9: ")


def test_frames_may_be_limited(folder):
    """The line is carried through the frames before, and drawn in these alone."""
    one = draw(folder, frame=6, last=7, at=FROM, points=stroke_at(FROM))
    assert {placed.frame for placed in one.placed} == {6, 7} and not one.unplaced
    run_again(folder)
    assert still_open(folder) == {2, 3, 4, 5}


def test_an_approved_drawing_stays(folder):
    """Also where the frame that holds it was approved; without the approval the line is drawn there."""
    shot = ColoredShot(folder / "o")
    for frame in (3, 5):
        correct(shot, approval(shot, frame, {}))
    draw(folder, frame=6, last=None, points=stroke_at(6))
    assert f"drawn in frames 2 6-7; not in frames 1 8: it is closed there already; not in frames 3-5: {APPROVED}" in (
        told(folder)[0])
    run_again(folder)
    assert still_open(folder) == {3, 4, 5}
    change(shot.corrections_path, lambda there: there[1:])
    run_again(folder)
    assert still_open(folder) == {4, 5}


def test_a_redrawn_plate(folder):
    """One that has moved a little keeps its line; one in which an end is on no line any more loses it and says so."""
    one = draw(folder)
    run_again(folder)
    for frame, by in ((3, 2), (6, 30)):
        pixels = drawn(POSES[frame]._replace(x=POSES[frame].x + by))
        write_plate(Plate.from_pixels(pixels), folder / f"lines.{frame:04d}.png")
    frames, warnings = run_again(folder)
    assert {3, 6} <= frames and counts(folder)[3] == COUNT[True] and counts(folder)[6] == COUNT[False]
    assert warnings == [f"correction {one.id} ({one.text}): frame 6: {REDRAWN}"]
    shot = ColoredShot(folder / "o")
    assert [lost.reason for lost in not_followed(shot, shot.corrections())] == [f"frame 6: {REDRAWN}"]


def test_until_the_next_run_it_waits(folder):
    """The list says in which frames; a changed stroke makes just those stale in which it is another one."""
    one = draw(folder)
    shot = ColoredShot(folder / "o")
    assert [lost.reason for lost in not_followed(shot, shot.corrections())] == [f"frames 2-7: {WAITS}"]
    run_again(folder)
    bent = tuple(placed if placed.frame != 7 else placed._replace(
        points=(placed.points[0], (150.0, 50.0), placed.points[-1])) for placed in one.placed)
    change(shot.corrections_path, lambda there: (one._replace(placed=bent),))
    assert run_again(folder)[0] == {6, 7, 8}  # with those whose neighbour it is


def test_one_stroke_opens_a_line(folder):
    """Over the line between the mitten and the arm, in every drawing."""
    before = counts(folder)
    across = tuple(map(tuple, POSES[FROM].places(((112.0, 142.0), (134.0, 136.0))).round(1).tolist()))
    one = draw(folder, points=across, closes=False)
    assert {placed.frame for placed in one.placed} >= {1, 2, 3, 4, 5, 6, 7, 8}
    run_again(folder)
    assert all(counts(folder)[frame] == before[frame] - 1 for frame in range(1, 9))


def test_commands(folder, capsys):
    """`line --along` says where it is drawn, the list says it again; each run of --frames is a line of its own."""
    line = ["line", str(folder / "o"), "--frame", str(FROM)] + [f"--at={x},{y}" for x, y in stroke_at(FROM)]
    assert cli.run([*line, "--frames", "2-3"]) == 2 and "give --along too" in capsys.readouterr().err
    assert cli.run([*line, "--along", "--frames", "2-77"]) == 2
    assert "10-77 is not in the shot" in capsys.readouterr().err
    assert cli.run([*line, "--along", "--frames", "2-3,7-8"]) == 0
    first, second, then = capsys.readouterr().out.splitlines()
    assert first == "drawn in frames 2-3" and "--resume" in then
    assert second == "drawn in frame 7; not in frame 8: it is closed there already"
    assert cli.run(["corrections", "list", str(folder / "o")]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert "line close along its track frames 2-3 at " in listed[0]
    assert listed[0].endswith(f"{first}  frames 2-3: {WAITS}")
    assert second in listed[1] and listed[2].startswith("2 corrections")
    assert [(one.frame, one.last, one.drawn_at) for one in ColoredShot(folder / "o").corrections()] == [
        (2, 3, FROM), (7, 8, FROM)]


def test_a_line_between_no_lines(folder):
    """Is drawn where it was, and nowhere else."""
    one = draw(folder, points=((250.0, 30.0), (280.0, 60.0)))
    assert [placed.frame for placed in one.placed] == [4, 5]
    assert {left.reason for left in one.unplaced} == {"its ends are not on lines in frame 4"}


def test_a_frame_that_is_not_coloured(folder):
    with pytest.raises(InputError, match=r"frame 77 of .* is not coloured"):
        anchored(ColoredShot(folder / "o"), Correction("line", 77, STROKE, along=True))


def test_written_by_hand_without_places(folder):
    """A line that nobody has placed has no effect, and that is told."""
    shot = ColoredShot(folder / "o")
    correct(shot, Correction("line", 2, STROKE, along=True))
    frames, (warning,) = run_again(folder)
    assert not frames and "nobody has looked where it goes" in warning

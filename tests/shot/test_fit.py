"""Whether a painting shows the drawing of its line plate, and which frame, shift or scale explains it when not."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from cmft_engine.image.color_space import over_white
from cmft_engine.image.plate import Window, read_plate
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot import fit
from cmft_engine.shot.references import find_lines, read_references
from cmft_engine.shot.shot import Shot
from tests.drawings import write

SHOT = Path(__file__).parents[2] / "examples" / "shot"
CANVAS = Window(0, 0, 960, 540)


@pytest.fixture(scope="module")
def painting():
    """The example's painting of frame 1001 over white: display RGB (H, W, 3)."""
    plate = read_plate(SHOT / "ref.1001.png")
    return over_white(plate.rgb_alpha(), plate.space)


def lines_of(frame):
    """Return the borders of a line plate of the example."""
    return fit.borders_of_lines(find_lines(read_plate(SHOT / f"line.{frame}.png"), Settings()).coverage)


def moved(picture, scale, x, y):
    """Scale a picture about its top left corner and shift it, on white."""
    matrix = np.array([[scale, 0, x], [0, scale, y]], np.float32)
    return cv2.warpAffine(picture, matrix, picture.shape[1::-1], borderValue=(1, 1, 1))


def without_ink(picture):
    """Paint over the ink with the nearest paint."""
    lines = find_lines(read_plate(SHOT / "line.1001.png"), Settings())
    covered = (lines.coverage > 0.02) | lines.ink
    _, labels = cv2.distanceTransformWithLabels(covered.astype(np.uint8), cv2.DIST_L2, 5,
                                                labelType=cv2.DIST_LABEL_PIXEL)
    place = np.zeros(labels.max() + 1, np.intp)
    place[labels.ravel()[np.flatnonzero(~covered)]] = np.flatnonzero(~covered)
    return picture.reshape(-1, 3)[place[labels]]


def read(folder, picture, at, frames="1001-1012"):
    """Write a painting, read it as a reference of the example, and return what is told of it."""
    path = write(picture, folder / "painted.png")
    shot = Shot.open(SHOT / "line.####.png", reference=f"{path}@{at}", frames=frames)
    return read_references(shot, canvas=CANVAS, settings=Settings(), palette=None).notes


@pytest.mark.parametrize("inked", [True, False], ids=["inked", "without ink"])
def test_a_right_painting_says_nothing(painting, tmp_path, inked):
    """One that was painted over its line plate fits, also when it was saved without its ink."""
    assert read(tmp_path, painting if inked else without_ink(painting), 1001) == ()


@pytest.mark.parametrize("at", [1002, 1003, 1005])
def test_a_painting_of_another_frame_is_told(painting, tmp_path, at):
    """The frame whose lines it shows is named, with both agreements; frames that are not coloured count too."""
    (told,) = read(tmp_path, painting, at, frames=str(at))
    share = fit.share_found(lines_of(at), fit.borders_of_painting(painting))
    assert f"painted.png (frame {at}): {share:.0%} of the lines of its line plate are found in it" in told
    assert "and 100% of those of frame 1001; correct its frame" in told and share < 0.8


def test_a_frame_in_the_name_is_looked_at(painting, tmp_path):
    """A painting far from its frame is known by the number in its name."""
    path = write(painting, tmp_path / "painted.1001.png")
    shot = Shot.open(SHOT / "line.####.png", reference=f"{path}@1020")
    (told,) = read_references(shot, canvas=CANVAS, settings=Settings(), palette=None).notes
    assert "100% of those of frame 1001" in told


@pytest.mark.parametrize(("move", "words"), [
    ((1.0, 4, 0), "moved by 4 px left"), ((1.0, -12, 7), "moved by 12 px right and 7 px up"),
    ((0.98, 0, 0), "scaled to 102.0% from its top left corner"), ((0.5, 0, 0), "scaled to 200"),
])
def test_a_shift_or_a_scale_is_told(painting, tmp_path, move, words):
    """A painting that lies beside its lines, or in another scale, is told with the move that mends it."""
    (told,) = read(tmp_path, moved(painting, *move), 1001)
    assert words in told
    assert "; move it so with cmft register, or paint over the line plate itself\ncmft register " in told
    borders = fit.borders_of_painting(moved(painting, *move))
    mended = fit.apply_move(borders, fit.find_move(lines_of(1001), borders))
    assert fit.share_found(lines_of(1001), mended) > 0.95


def test_another_drawing_is_told(tmp_path):
    """A painting that shows hardly any of the lines, and that nothing explains, is asked about."""
    picture = np.ones((540, 960, 3), np.float32)
    picture[20:60, 700:900] = (0.8, 0.2, 0.2)
    (told,) = read(tmp_path, picture, 1001)
    assert "is it another drawing? Correct its frame, or give it line art of its own" in told


def test_plates_without_lines_say_nothing():
    """Where there is next to no line nothing is compared."""
    lines, painting = np.zeros((64, 64), bool), np.ones((64, 64), bool)
    lines[3, :20] = True
    assert fit.explain(~painting, lines, [], name="a.png", remedy="") == ""
    assert fit.share_found(~painting, painting) == 1


def test_frames_that_cannot_be_compared_are_passed_over(painting):
    """A frame whose plate cannot be read, or is empty, is no explanation."""
    borders = fit.borders_of_painting(painting)
    others = [(7, lambda: np.zeros((0, 0), bool)), (8, lambda: np.zeros((540, 960), bool))]
    assert fit.explain(borders, lines_of(1003), others, name="a.png", remedy="") == ""


@pytest.mark.parametrize(("move", "words"), [
    (fit.Move(), ""), (fit.Move(1.0, 0.4, -0.4), ""),
    (fit.Move(1.1, 0, -3), "scaled to 110.0% from its top left corner and moved by 3 px up")])
def test_words_of_a_move(move, words):
    """Only what is to be done is said."""
    assert move.words == words


def figure(px, *, short=0, thick=3):
    """Return the borders of a fill without ink that stops short of a ring's line, and those of the line (px, px)."""
    line, fill = np.zeros((px, px), np.float32), np.ones((px, px, 3), np.float32)
    for middle, radius in (((px // 2, px // 2), px // 3), ((px // 2, px // 3), px // 9)):
        cv2.circle(line, middle, radius, 1, thick)
    inside = cv2.dilate(line, np.ones((2 * short + 1,) * 2, np.uint8)) == 0 if short else np.ones((px, px), bool)
    discs = (px // 3, (px // 2, px // 2), (0.9, 0.5, 0.2)), (px // 9, (px // 2, px // 3), (0.2, 0.4, 0.8))
    for radius, place, color in discs:
        disc = cv2.circle(np.zeros((px, px), np.uint8), place, radius, 1, -1) > 0
        fill[disc & inside] = color
    return fit.borders_of_painting(fill), fit.borders_of_lines(line)


@pytest.mark.parametrize("px", [480, 1080])
@pytest.mark.parametrize(("short", "thick"), [(1, 3), (2, 3), (3, 3), (2, 6), (0, 3), (0, 7), (0, 11)])
def test_paint_that_keeps_off_its_line_is_no_fault(px, short, thick):
    """A fill that stops short of the line, and paints that meet in the middle of a thick one, lie where they should."""
    painting, lines = figure(px, short=short, thick=thick)
    assert fit.explain(painting, lines, [], name="a.png", remedy="") == ""


@pytest.mark.parametrize("short", [0, 2])
@pytest.mark.parametrize("move", [fit.Move(1.0, 12, -9), fit.Move(1.06)])
def test_such_paint_is_still_told_when_it_lies_elsewhere(short, move):
    """A painting without ink that lies beside its lines, or in another scale, is asked about."""
    painting, lines = figure(480, short=short)
    assert "of the lines of its line plate are found in it" in fit.explain(
        fit.apply_move(painting, move), lines, [], name="a.png", remedy="")

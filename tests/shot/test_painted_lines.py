"""A painting tells which coloured lines it keeps and which it covers."""

import cv2
import numpy as np
import pytest

from cmft_engine.lineart.lineart import extract_line_art
from cmft_engine.shot.painted_lines import read_painted_lines
from tests.blush import (
    BLUE,
    BORDER,
    GREEN,
    MOUTH,
    PAPER,
    RED,
    SHADE,
    SKIN,
    TICKS,
    WHERE,
    flats,
    line_plate,
    outline,
    over,
    painting,
    strokes,
)

LINES = (TICKS, MOUTH, BORDER)
PINK, SKY = (1.0, 0.45, 0.45), (0.45, 0.6, 1.0)
REDS, BLUES = (PAPER, (0.9, 0.2, 0.2), (0.65, 0.1, 0.1)), (PAPER, (0.2, 0.25, 0.6), (0.1, 0.1, 0.4))


def states(picture, *, inks=None, alpha=None):
    """Of each coloured line: True where it is kept, False where covered, None where the painting does not tell."""
    _, says = read_painted_lines(picture, alpha, extract_line_art(line_plate(inks=inks)))
    return says if says is None else {name: state_at(says, window) for name, window in WHERE.items()}


def state_at(says, window):
    x, y = says.places.T
    rows, columns = window
    kept = says.kept[(y >= rows.start) & (y < rows.stop) & (x >= columns.start) & (x < columns.stop)]
    assert kept.size == 0 or kept.all() or not kept.any()
    return bool(kept[0]) if kept.size else None


def jpeg(picture, quality):
    """The picture after a JPEG with half as many colours as pixels."""
    done, data = cv2.imencode(".jpg", np.rint(picture[..., ::-1] * 255).astype(np.uint8),
                              [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1].astype(np.float32) / 255


def wanted(*kept):
    return {name: name in kept for name in LINES}


@pytest.mark.parametrize("ink", [RED, GREEN, BLUE, PINK, SKY])
@pytest.mark.parametrize("kept", [(), (TICKS,), (MOUTH, BORDER), LINES])
@pytest.mark.parametrize("paints", [(PAPER, SKIN, SHADE), REDS, BLUES])
def test_what_is_kept_and_what_is_covered(ink, kept, paints):
    """Lines of every hue, also between paints of their own hue, are told by what the painting shows under them."""
    inks = dict.fromkeys(LINES, ink)
    assert states(painting(kept, inks=inks, paints=paints), inks=inks) == wanted(*kept)


@pytest.mark.parametrize("kept", [(), (TICKS,), (MOUTH,), LINES])
@pytest.mark.parametrize("change", [
    lambda p: np.roll(p, (1, -1), (0, 1)), lambda p: jpeg(p, 75), lambda p: jpeg(np.roll(p, 1, 1), 90),
    lambda p: cv2.GaussianBlur(p, (3, 3), 0.6),
    lambda p: np.float32(np.clip(p + np.random.default_rng(1).normal(0, 0.02, p.shape), 0, 1)),
], ids=["shifted", "jpeg", "shifted jpeg", "soft", "noisy"])
def test_poor_paintings(kept, change):
    """A shift of one pixel, JPEG, blur and noise change nothing."""
    assert states(change(painting(kept))) == wanted(*kept)


def test_ink_that_multiplies():
    """A line that the painting's program multiplies with the paint is kept like one that hides it."""
    inks = dict.fromkeys(LINES, SKY)
    picture = painting((), ink=False)
    cover = strokes()[MOUTH][..., None]
    picture = picture * (1 - cover + np.float32(SKY) * cover)
    assert states(over(picture, outline(), (0, 0, 0)), inks=inks) == wanted(MOUTH)


@pytest.mark.parametrize(("ink", "see_through", "opaque"),
                         [(PINK, False, True), (PINK, True, False), (RED, False, False)])
def test_a_pale_line_hides_the_paint_or_not(ink, see_through, opaque):
    """Pink that hides the skin is told from strong red through which it shows; pure red needs no telling."""
    inks = {MOUTH: ink}
    picture = painting((MOUTH,), inks=inks)
    if see_through:
        picture = over(painting(()), 0.55 * strokes()[MOUTH], RED)
    _, says = read_painted_lines(picture, None, extract_line_art(line_plate(inks=inks)))
    assert says.kept.any() and (says.opaque[says.kept] == opaque).all() and not says.opaque[~says.kept].any()


def test_a_speck_says_nothing():
    """A dot of three pixels in red is too little to judge by."""
    plate = line_plate()
    plate[70, 60:63] = RED
    found = read_painted_lines(painting(()), None, extract_line_art(plate))[1]
    assert ((found.places - (61, 70)) ** 2).sum(1).min() >= 9


def test_a_line_painted_darker_is_kept():
    """A red line that the painter made dark red is still his line; one in brown is not."""
    assert states(painting((MOUTH,), inks={MOUTH: (0.6, 0.1, 0.1)})) == wanted(MOUTH)
    assert states(painting((MOUTH,), inks={MOUTH: (0.4, 0.25, 0.15)})) == wanted()


@pytest.mark.parametrize("kept", [(), (TICKS,)])
def test_a_painting_without_ink_says_nothing(kept):
    """Where the black line is missing, nothing can be told of coloured ones, and they stay trace lines."""
    lines = extract_line_art(line_plate())
    found, says = read_painted_lines(painting(kept, ink=False), None, lines)
    assert says is None and found is lines


def test_grey_pencil_is_ink_too():
    """Main lines in a light grey tell whether the painting has ink, as black ones do."""
    grey = (0.65, 0.65, 0.65)
    plate, picture = (over(bare, outline(), grey) for bare in (np.ones((128, 128, 3), np.float32), flats()))
    for name, coverage in strokes().items():
        plate = over(plate, coverage, RED)
        picture = over(picture, coverage, RED) if name == MOUTH else picture
    lines = extract_line_art(plate)
    assert state_at(read_painted_lines(picture, None, lines)[1], WHERE[MOUTH]) is True
    assert read_painted_lines(flats(), None, lines)[1] is None


@pytest.mark.parametrize("size", [(1, 9), (9, 1), (6, 6)])
def test_plates_full_of_ink(size):
    """Where no paint is bare nothing can be told, and nothing is kept."""
    plate = np.zeros((*size, 3), np.float32)
    plate.reshape(-1, 3)[: plate.size // 6] = RED
    plate.reshape(-1, 3)[-1] = 1
    lines = extract_line_art(plate)
    for picture in (plate, np.ones_like(plate), plate * 0):
        found, says = read_painted_lines(picture, None, lines)
        assert found.coverage.shape == size and (says is None or says.places.shape[1] == 2)


def test_ink_like_the_paint_beside_says_nothing():
    """A red line over the very same red is neither kept nor covered."""
    assert states(painting((), paints=(PAPER, RED, RED))) == dict.fromkeys(LINES)


def test_recoloured_main_lines_are_ink():
    """Black lines that the painter made brown show that the painting has ink."""
    picture = over(painting((TICKS,), ink=False), outline(), (0.6, 0.35, 0.25))
    assert states(picture) == wanted(TICKS)


def test_transparent_paper():
    """A painting cut out of its paper is compared as it looks on white."""
    alpha = np.float32(np.maximum((painting((), ink=False) < 1).any(2), outline()))
    assert states(painting((MOUTH,)), alpha=alpha) == wanted(MOUTH)


def test_kept_lines_are_ink_of_the_reference():
    """The reference's line art has the kept line back with its soft edge, which no one then takes for paint."""
    lines, _ = read_painted_lines(painting((MOUTH,)), None, extract_line_art(line_plate()))
    assert lines.coverage[WHERE[MOUTH]] == pytest.approx(strokes()[MOUTH][WHERE[MOUTH]], abs=0.03)
    assert not lines.coverage[WHERE[TICKS]].any()


def test_line_art_without_coloured_lines_is_left_alone():
    """A black drawing needs no painting at all."""
    lines = extract_line_art(over(np.ones((128, 128, 3), np.float32), outline(), (0, 0, 0)))
    assert read_painted_lines(painting(()), None, lines) == (lines, None)

import numpy as np
import pytest

from benchmarks.clips.validation_clip import Pair
from benchmarks.quality import leak
from benchmarks.quality.leak import EMPTY, SWATCHES, Guess, guesses
from cmft_engine.image.plate import read_plate
from tests.benchmarks.fake_engine import face_clip
from tests.benchmarks.small_drawings import CHEEK, EYE, HAIR, MOUTH, PAPER, SKIN

RED, BLUE = (255, 0, 0), (0, 0, 255)


def halves() -> Pair:
    """Return a white sheet with a red box of 60 and a blue box of 20 pixels, each outlined."""
    line = np.full((20, 40, 3), 255, np.uint8)
    painting = line.copy()
    for x, width, color in ((4, 15, RED), (26, 5, BLUE)):
        line[3:9, x - 1 : x + width + 1] = 0
        line[4:8, x : x + width] = 255
        painting[3:9, x - 1 : x + width + 1] = 0
        painting[4:8, x : x + width] = color
    return Pair("boxes", 5, line, painting, line, painting)


def test_guessing_is_counted_by_hand():
    """Red, blue and white at random get a third of all; red everywhere gets 60 of 80 pixels, one of three regions."""
    colors = np.array([0xFF0000, 0x0000FF, 0xFFFFFF])
    chance, single = guesses(halves(), colors)
    assert chance == pytest.approx((1 / 3, 1 / 3))
    assert single == pytest.approx((0.75, 1 / 3))


def test_white_alone_can_only_be_paper():
    """With an empty reference every guess is paper: no foreground pixel, one of three regions."""
    assert guesses(halves(), np.array([0xFFFFFF])) == (pytest.approx((0, 1 / 3)), pytest.approx((0, 1 / 3)))


def test_the_engine_sees_no_drawing(engine, monkeypatch):
    """Both references have a blank line plate; one is blank, one shows the palette in bands; only gap 5 is asked."""
    seen = []
    real = type(engine).__call__

    def look(self, shot, out, **named):
        (reference,) = shot.references
        seen.append((read_plate(reference.lines).rgb(), read_plate(reference.plate).rgb(), shot.frames))
        real(self, shot, out, **named)

    monkeypatch.setattr(type(engine), "__call__", look)
    found = list(leak.measure("toon", face_clip(0, 1, 5).pairs()))
    assert [guess.kind for guess in found] == [EMPTY, SWATCHES]
    assert all((line == 1).all() and frames == (0, 5) for line, _, frames in seen)
    blank, bands = (np.rint(painting * 255).astype(int) for _, painting, _ in seen)
    assert (blank == 255).all()
    assert {tuple(c) for c in bands[0]} == {PAPER, HAIR, SKIN, EYE, CHEEK, MOUTH}
    assert (bands == bands[:1]).all()
    assert found[0].ours == pytest.approx((0.0, 1 / 6), abs=0.01)  # a trace of ink beside the lines is near white


def test_scoring_above_guessing_is_a_leak():
    """Five points above guessing pass, six do not."""
    for above, met in ((0.05, True), (0.06, False)):
        guess = Guess("toon", "a", 5, EMPTY, (0.2 + above, 0.1), (0.2, 0.1), (0.5, 0.5))
        assert [bar.met for bar in leak.bars([guess])] == [met, True]
    assert "| toon | 26.0 | 20.0 | 10.0 | 10.0 | 50.0 | 50.0 |" in leak.render([guess])

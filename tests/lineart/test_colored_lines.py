"""Coloured lines are told apart, and come back as they were drawn."""

import numpy as np
import pytest

from cmft_engine.lineart.colored_lines import find_colored_lines, give_back
from cmft_engine.lineart.lineart import TRACE_HUES, extract_line_art, trace_hues
from tests.blush import BLUE, BORDER, GREEN, MOUTH, RED, SKIN, TICKS, WHERE, line_plate, outline, over, strokes

INKS = {TICKS: RED, MOUTH: GREEN, BORDER: BLUE}


def lines_of(plate):
    found = extract_line_art(plate)
    return found, find_colored_lines(found)


def test_each_line_is_connected_and_of_one_hue():
    """Two red ticks, a green mouth and a blue border are four lines, the hues in the order of TRACE_HUES."""
    lines, colored = lines_of(line_plate(inks=INKS))
    assert colored.hue.tolist() == [0, 0, 1, 2]
    rows = np.searchsorted(colored.taken.places, np.flatnonzero(lines.trace))
    assert (colored.owner[rows] >= 0).all()
    at = {name: int(np.argmax(coverage)) for name, coverage in strokes().items()}
    owner = {name: int(colored.owner[np.searchsorted(colored.taken.places, place)]) for name, place in at.items()}
    assert owner[TICKS] in (0, 1) and owner[MOUTH] == 2 and owner[BORDER] == 3


def test_crests_are_about_as_many_as_a_line_is_long():
    """The border, five times as long as a tick, has about five times as many pixels in its middle."""
    _, colored = lines_of(line_plate(inks=INKS))
    ticks, border = colored.count_crests()[[0, 3]]
    assert 3.5 < border / ticks < 9
    assert colored.count_crests(np.zeros(colored.crest.sum(), bool)).tolist() == [0, 0, 0, 0]


def test_black_line_art_has_no_colored_lines():
    """Without a coloured line nothing is taken away, and nothing is looked for."""
    lines = extract_line_art(over(np.ones((128, 128, 3), np.float32), outline(), (0, 0, 0)))
    assert lines.taken is None and find_colored_lines(lines) is None


def test_all_lines_given_back_are_the_drawing():
    """With every coloured line back, coverage and colour are those without the setting trace_lines."""
    plate = line_plate(inks=INKS)
    lines, colored = lines_of(plate)
    found, plain = give_back(lines, colored, np.ones(4, bool)), extract_line_art(plate, trace_lines=False)
    assert np.array_equal(found.coverage, plain.coverage) and np.array_equal(found.color, plain.color)
    assert np.array_equal(found.ink, lines.ink) and not found.trace.any()


def test_one_line_given_back_leaves_the_others_away():
    """Only the mouth comes back, with its soft edge; around ticks and border nothing changes."""
    lines, colored = lines_of(line_plate(inks=INKS))
    found = give_back(lines, colored, np.array([False, False, True, False]))
    changed = (found.coverage != lines.coverage) | (found.color != lines.color).any(2)
    assert np.array_equal(changed, strokes()[MOUTH] > 0.02)
    assert np.array_equal(found.trace, lines.trace & (strokes()[MOUTH] == 0))
    assert give_back(lines, colored, np.zeros(4, bool)) is lines


def test_a_pale_line_given_back_as_opaque_hides_the_paint():
    """Pink over skin is the pink of the plate, soft edges between; see-through it would be a stronger red."""
    pink, skin = np.float32([1, 0.45, 0.45]), np.broadcast_to(np.float32(SKIN), (128, 128, 3))
    lines, colored = lines_of(line_plate(inks=dict(INKS, **{MOUTH: pink})))
    is_mouth = colored.owner[np.searchsorted(colored.taken.places, int(strokes()[MOUTH].argmax()))] == np.arange(4)
    soft = strokes()[MOUTH]
    for opaque, expected in ((is_mouth, over(skin, soft, pink)), (None, over(skin, soft * 0.55, RED))):
        found = give_back(lines, colored, is_mouth, opaque)
        shown = skin * (1 - found.coverage[..., None]) + found.color
        assert np.abs(shown - expected)[WHERE[MOUTH]].max() < 0.03


def test_an_opaque_line_leaves_main_lines_beside_it_alone():
    """Where the border meets the black outline, black stays black, with its own soft edge."""
    sky = (0.45, 0.6, 1.0)
    lines, colored = lines_of(line_plate(inks=dict(INKS, **{BORDER: sky})))
    every = np.ones(len(colored.hue), bool)
    found, plain = give_back(lines, colored, every, every), give_back(lines, colored, every)
    black = (outline() > 0.3) & (plain.color.max(2) < 0.2)
    assert np.array_equal(found.coverage[black], plain.coverage[black])
    assert np.array_equal(found.color[black], plain.color[black])


@pytest.mark.parametrize(("color", "hue"), [(RED, 0), ((0.5, 0.0, 0.05), 0), (GREEN, 1), (BLUE, 2), ((0, 0.3, 0.9), 2)])
def test_hues(color, hue):
    """Each coloured ink belongs to the nearest of the three hues, premultiplied or not."""
    assert trace_hues(np.float32([color]) / 2).tolist() == [hue] and hue < len(TRACE_HUES)

"""The frame holds the whole drawing, at work sizes that the network takes, and samples it rightly."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmft_engine.matching.framing import CELL_PX, MAX_SCALE, Framing, drawing_box, frame_drawing, work_scale
from tests.drawings import figure


def ink_box(x0, y0, x1, y1, size=(300, 400)):
    ink = np.zeros(size, bool)
    ink[y0:y1, x0:x1] = True
    return ink


def test_the_box_is_around_all_ink():
    """Two dots span the box; a drawing without ink is its whole plate."""
    ink = ink_box(30, 20, 31, 21) | ink_box(200, 90, 202, 93)
    assert drawing_box(ink) == (30, 20, 202, 93)
    assert drawing_box(np.zeros((3, 7), bool)) == (0, 0, 7, 3)


@settings(max_examples=60, deadline=None)
@given(x=st.integers(0, 350), y=st.integers(0, 250), width=st.integers(1, 400), height=st.integers(1, 300),
       work=st.sampled_from([128, 256, 512]))
def test_the_drawing_lies_inside_its_frame(x, y, width, height, work):
    """Any drawing lies inside its frame, which is a multiple of 16 and at most a cell longer than the limit."""
    ink = ink_box(x, y, x + width, y + height)
    framing = frame_drawing(ink, work_scale(ink, work), limit=work)
    x0, y0, x1, y1 = drawing_box(ink)
    assert framing.width % CELL_PX == framing.height % CELL_PX == 0
    assert max(framing.width, framing.height) <= work + CELL_PX
    assert framing.x <= x0 and x1 <= framing.x + framing.width / framing.scale
    assert framing.y <= y0 and y1 <= framing.y + framing.height / framing.scale


def test_small_drawings_are_enlarged_twice_at_most():
    """A dot is not blown up to the work size; a large drawing fills it."""
    assert work_scale(ink_box(5, 5, 9, 9), 512) == MAX_SCALE
    assert work_scale(ink_box(0, 0, 400, 300), 224) == 0.5


def test_a_larger_target_shrinks_to_the_limit():
    """Target and reference share a scale until the target would pass the limit."""
    ink = ink_box(0, 0, 400, 300)
    assert frame_drawing(ink, 0.5, limit=300).scale == 0.5
    assert frame_drawing(ink, 0.5, limit=124).scale == pytest.approx(0.25)


def test_at_scale_one_samples_are_pixels():
    """Without scaling the work picture is a window of the plate; outside it the border repeats and ink ends."""
    picture = figure().labels
    framing = Framing(-8, -16, 96, 96, 1.0)
    work = framing.sample(picture)
    assert np.array_equal(work[16:80, 8:72], picture)
    assert (work[:16, 8:72] == picture[0]).all()
    ink = framing.sample_ink(picture == 0)
    assert np.array_equal(ink[16:80, 8:72], picture == 0)
    assert ink.sum() == (picture == 0).sum()


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_samples_are_the_nearest_pixels(scale):
    """A work pixel holds the plate pixel under its middle."""
    picture = np.arange(64 * 64).reshape(64, 64)
    work = Framing(0, 0, round(64 * scale), round(64 * scale), scale).sample(picture)
    places = ((np.arange(round(64 * scale)) + 0.5) / scale).astype(int)
    assert np.array_equal(work, picture[np.ix_(places, places)])


@pytest.mark.parametrize("scale", [1.0, 0.5, 0.26, 0.1])
def test_thin_lines_stay_dark(scale):
    """A line of one pixel is still ink, at least half covered and unbroken, when the plate is scaled down."""
    ink = ink_box(0, 101, 400, 102)
    work = Framing(0, 0, round(400 * scale), round(300 * scale), scale).sample_ink(ink)
    assert work.dtype == np.float32 and work.max() <= 1
    assert work.max(axis=0).min() >= 0.5


def test_a_frame_off_the_plate_is_paper():
    """A window that meets no plate pixel holds no ink."""
    assert Framing(500, 0, 32, 32, 1.0).sample_ink(ink_box(0, 0, 400, 300)).max() == 0

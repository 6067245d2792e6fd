import numpy as np
import pytest

from benchmarks.clips.redraw import (
    ERASED_SHARE,
    FINER,
    GAP_RADIUS_PX,
    at_scale,
    binary,
    erased,
    nearest_at,
    with_pen,
)
from benchmarks.metrics.pictures import label_inked_regions
from tests.benchmarks.small_drawings import draw_face


def frame(width: int) -> np.ndarray:
    """Return a square outline of `width` px around (32, 32), as line plate."""
    line = np.full((64, 64, 3), 255, np.uint8)
    line[12:52, 12:52] = 0
    line[12 + width : 52 - width, 12 + width : 52 - width] = 255
    return line


def width_at_middle(line: np.ndarray) -> float:
    """Return how much ink a row crosses on the left side, in px."""
    side = line[line.shape[0] // 2, : line.shape[1] // 2, 0]
    return float((255.0 - side).sum() / 255)


@pytest.mark.parametrize("wanted", [1, 2, 3, 4])
def test_the_pen_has_the_wanted_width(wanted):
    """A line of two pixels becomes one of one to four, to a pixel of the finer plate."""
    redrawn = with_pen(frame(2), drawn_px=2, wanted_px=wanted)
    assert width_at_middle(redrawn) == pytest.approx(wanted, abs=2 / FINER)
    assert label_inked_regions(redrawn)[1] == 3


def test_a_thin_line_does_not_break():
    """A line of one pixel, drawn with a pen meant for two, stays closed when the pen is halved."""
    redrawn = with_pen(frame(1), drawn_px=2, wanted_px=1)
    assert label_inked_regions(redrawn)[1] == 3


def test_the_plate_is_not_touched():
    """Every redrawing returns a new plate, uint8 RGB."""
    line = draw_face()[0]
    kept = line.copy()
    for redrawn in (with_pen(line, drawn_px=2, wanted_px=4), at_scale(line, 2), binary(line), erased(line, seed=0)):
        assert (redrawn.dtype, redrawn.shape[2]) == (np.uint8, 3)
        assert not np.shares_memory(redrawn, line)
    assert np.array_equal(line, kept)


def test_scaling_scales_the_lines_too():
    """Half the size has half the width, double the size twice."""
    for scale in (0.5, 2.0):
        scaled = at_scale(frame(4), scale)
        assert scaled.shape == (64 * scale, 64 * scale, 3)
        assert width_at_middle(scaled) == pytest.approx(4 * scale, abs=0.3)


def test_copying_at_another_size_mixes_nothing():
    """Twice the size repeats each label, half the size takes one of every four."""
    labels = np.array([[1, 2], [3, 4]])
    double = nearest_at(labels, (4, 4))
    assert double.tolist() == [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
    assert np.array_equal(nearest_at(double, (2, 2)), labels)
    assert nearest_at(labels, (2, 3)).shape == (2, 3)


def test_binary_lines_know_two_values():
    """Half coverage is ink, less is paper."""
    line = np.repeat(np.array([[0, 127, 128, 255]], np.uint8)[..., None], 3, axis=2)
    assert binary(line)[0, :, 0].tolist() == [0, 0, 255, 255]


def test_erasing_takes_its_share_and_hardly_more():
    """At least one per cent of the ink is gone, at most one disc more, always the same for a seed; none is added."""
    line = np.zeros((200, 200, 3), np.uint8)
    gone_px = erased(line, seed=4)[..., 0].sum(dtype=np.int64) / 255
    disc_px = np.pi * (GAP_RADIUS_PX + 1) ** 2
    assert 400 == ERASED_SHARE * 200 * 200 <= gone_px <= 400 + disc_px
    assert (erased(line, seed=4) >= line).all()
    assert np.array_equal(erased(line, seed=4), erased(line, seed=4))
    assert not np.array_equal(erased(line, seed=4), erased(line, seed=5))


def test_paper_alone_has_nothing_to_erase():
    """A blank plate stays blank."""
    blank = np.full((8, 8, 3), 255, np.uint8)
    assert np.array_equal(erased(blank, seed=0), blank)

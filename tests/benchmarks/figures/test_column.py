import math

import pytest

from benchmarks.figures.column import CLICKS, FLICKER, FOREGROUND, PEAK_GB, PSNR, SECONDS, SSIM, Group
from benchmarks.metrics.flicker import Flicker
from tests.benchmarks.made_up import result, table_row


def test_a_figure_is_the_mean_of_its_rows_and_leaves_nan_out():
    """Two rows of 0.8 and 0.6 are 0.7 whatever a third could not count; nothing at all is NaN."""
    rows = [result("flow", 0.8), result("flow", 0.6), result("flow", math.nan)]
    assert FOREGROUND.take(Group(rows)) == pytest.approx(0.7)
    assert math.isnan(FOREGROUND.take(Group(rows[2:]))) and math.isnan(FOREGROUND.take(Group([])))
    assert SECONDS.take(Group(rows)) == 0.25


def test_flicker_is_of_all_clips_together():
    """One switch in ten steps and none in thirty are 2.5 in a hundred, not the mean of 10 and 0."""
    assert FLICKER.take(Group([], [Flicker(10, 1), Flicker(30, 0)])) == 2.5
    assert math.isnan(FLICKER.take(Group([]))) and math.isnan(PEAK_GB.take(Group([])))


def test_rows_without_clicks_have_no_mean_of_clicks():
    """The quality page counts none; the table's rows have some."""
    assert math.isnan(CLICKS.take(Group([result("flow", 0.5)])))
    assert CLICKS.take(Group([table_row("flow", 20.0, clicks=1), table_row("flow", 20.0, clicks=2)])) == 1.5


def test_figures_are_shown_with_unit_and_digits():
    """Shares in per cent, others as they are, NaN as a dash."""
    assert (FOREGROUND.heading, FOREGROUND.show(0.1234)) == ("fg ΔE≤2 %", "12.3")
    assert (SSIM.heading, SSIM.show(0.1234)) == ("SSIM", "0.123")
    assert (PSNR.heading, PSNR.show(20.06), PSNR.show(math.nan)) == ("PSNR dB", "20.1", "–")


def test_the_best_is_the_highest_or_the_lowest():
    """What looks the same ties; a column that nothing has, has no best."""
    assert PSNR.is_best(30.0, [20.0, 30.04, math.nan]) and not PSNR.is_best(20.0, [20.0, 30.0])
    assert CLICKS.is_best(1.0, [1.0, 2.0]) and not CLICKS.is_best(2.0, [1.0, 2.0])
    assert not PSNR.is_best(math.nan, [math.nan]) and not PSNR.is_best(math.nan, [20.0, math.nan])

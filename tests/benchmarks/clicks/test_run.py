"""The benchmark's table and last line say what was counted."""

from dataclasses import replace

import numpy as np

from benchmarks.clicks.run import Counted, count, last_line, table
from benchmarks.clips.validation_clip import ValidationClip
from benchmarks.metrics.flicker import Flicker
from tests.drawings import figure


def rgb(picture):
    return np.rint(picture * 255).astype(np.uint8)


def test_a_clip_is_counted(tmp_path, any_weights):
    """A clip whose first drawing is painted: what the engine finds of the others is judged and corrected."""
    drawings = {number: figure(number) for number in range(3)}
    clip = ValidationClip("boxes", {n: rgb(one.lines()) for n, one in drawings.items()},
                          {n: rgb(one.painted()) for n, one in drawings.items()})
    counted = count(clip, tmp_path)
    assert counted.judged == 8 and counted.by_hand == 6 and counted.areas == counted.areas_exact == 0
    assert 0 <= counted.pins <= counted.judged and counted.approved >= (counted.settled > 0)
    assert 0 <= counted.listed <= counted.listed_at_best <= counted.wrong == counted.settled


def test_table():
    """Means a set, and factors over all clips with areas on every side."""
    one = Counted("a", 100, 90, 20, 15, 6, 5, 1, 30, 12, 60, 5, 3, 7, Flicker(50, 2), Flicker(50, 1), 15, 8, 12, 9, 6.5)
    other = replace(one, clip="b", flicker=Flicker(150, 0))
    cells = table({"puppets": [one, other]}).splitlines()[-1].strip("| ").split(" | ")
    figures = (100, 90, 20, 15, 6, 5, 1, 30, 12, 60, 5, 3, 7)
    assert cells == ["puppets", "2", *(f"{figure}.0" for figure in figures), "4.00", "0.50", "15.0", "8.0",
                     "12.0", "9.0", "6.5"]
    found = "2 clips, 16 clicks: 18.8 times fewer than by hand, 3.12 times fewer than frame by frame"
    assert last_line([one, other]) == found

"""The window's benchmark: a long shot is made of a short one, and every figure comes from the real window."""

import json

import pytest

from benchmarks.speed.window import FIRST, measure, render, write_long_shot
from cmft_engine.pipeline.colored_shot import ColoredShot


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return write_long_shot(tmp_path_factory.mktemp("long"), frames=7, enlarged=1, drawings=3)


def test_a_long_shot(out):
    """Every frame has its plate, note and record, all in one graph with links from drawing to drawing."""
    colored = ColoredShot(out)
    frames = list(range(FIRST, FIRST + 7))
    assert list(colored.frames) == frames and all(colored.frames[frame].path.is_file() for frame in frames)
    assert [drawing.frame for drawing in colored.graph.drawings] == frames
    assert len(colored.graph.drawings[4].links.rows) > 20 and colored.wanted().changes.keys() == set(frames)
    assert json.loads((colored.folder / "shot.json").read_text())["frames"] == frames


def test_the_window_is_measured(out):
    """In the order in which things are seen."""
    found = measure(out)
    assert found.frames == 7 and found.regions > 300 and 0 < found.opened <= found.seen <= found.listed
    assert found.pinned > 0 and found.changed >= 1 and 0.05 < found.peak_gb < 4
    assert f"all {found.changed} frames" in render(found)

"""Runs over part of a range, cancelled runs, and what the node shows after them; with an engine that is quick."""

import pytest

from tests.nuke.host import RenderError

from .conftest import draw_line, finish


@pytest.fixture
def ready(window, fake_engine):
    """A node in a window whose three frames are coloured: (host, node)."""
    host, node = window
    node["engine"].setValue(fake_engine())
    host.press(node, "colour")
    finish(host, node)
    assert node["state"].value() == 1
    return host, node


def test_colour_this_frame_with_another_setting(ready):
    """Trying a setting shows that frame alone; the others are red; one undo brings the whole result back."""
    host, node = ready
    before = node["gap_px"].value()
    node["gap_px"].setValue(before + 5)
    host.nuke.frame(2)
    host.press(node, "colour_frame")
    finish(host, node)
    assert node["state"].value() == 1 and (node["first"].value(), node["last"].value()) == (2, 2)
    host.render(node, 2)
    with pytest.raises(RenderError, match="frames 2 to 2 are"):
        host.render(node, 3)
    host.nuke.undo()
    host.nuke.undo()
    assert node["gap_px"].value() == before
    host.save()
    host.render(node, 3)


def test_one_frame_of_a_stale_result_leaves_it_stale(ready, shot):
    """When the lines have changed, colouring one frame does not make the others good."""
    host, node = ready
    draw_line(shot, 1, shade=0.5)
    host.nuke.frame(1)
    host.press(node, "colour_frame")
    finish(host, node)
    assert node["state"].value() == 2 and "stale" in node["status"].value()
    host.press(node, "colour")
    finish(host, node)
    assert node["state"].value() == 1


def test_cancel_keeps_an_older_result(ready, fake_engine):
    """A cancelled run with another setting leaves the old result, which is stale now, and says both."""
    host, node = ready
    before = node.node("Result")["file"].value()
    node["gap_px"].setValue(9)
    node["engine"].setValue(fake_engine(speaks=1))
    host.press(node, "colour")
    bar = host.progress[-1]
    assert host.run_main_loop(20, until=lambda: any("1 of 3" in words for words in bar.messages))
    host.press(node, "cancel")
    finish(host, node)
    assert node.node("Result")["file"].value() == before and node["state"].value() == 2
    said = "cancelled: 1 of 3 frames done; press Colorize to go on (stale: press Colorize)"
    assert node["status"].value() == said


def test_cancel_of_a_first_run_shows_what_is_done(window, fake_engine):
    """Without an older result the finished frames are shown, and the rest says that it is not coloured."""
    host, node = window
    node["engine"].setValue(fake_engine(speaks=1))
    host.press(node, "colour")
    (bar,) = host.progress
    assert host.run_main_loop(20, until=lambda: any("1 of 3" in words for words in bar.messages))
    host.cancel()
    finish(host, node)
    host.render(node, 1)
    with pytest.raises(RenderError, match="not coloured"):
        host.render(node, 3)


def test_cancel_when_nothing_runs(ready):
    """Cancel without a run says so."""
    host, node = ready
    host.press(node, "cancel")
    assert "is not being coloured" in host.messages[-1]


def test_failed_run_keeps_the_result(ready, fake_engine):
    """After an error the result that fits is shown as before."""
    host, node = ready
    node["engine"].setValue(fake_engine(fails="out of memory; lower the work size"))
    host.press(node, "colour")
    finish(host, node)
    assert "lower the work size" in host.messages[-1] and node["state"].value() == 1
    host.render(node, 2)

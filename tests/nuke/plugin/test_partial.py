"""Runs over part of a range, cancelled runs, and what the node shows after them; with an engine that is quick."""

import json

import pytest

from cmft_engine.protocol.host.state import INCOMPLETE, READY
from tests.nuke.host import Host, RenderError

from .conftest import draw_line, finish

TWO_MISSING = "1 of 3 frames coloured; missing: 1 3; press Colorize"


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
    """Trying a setting shows that frame alone, as one of three; the others are red; one undo brings all back."""
    host, node = ready
    before = node["gap_px"].value()
    node["gap_px"].setValue(before + 5)
    host.nuke.frame(2)
    host.press(node, "colour_frame")
    finish(host, node)
    assert node["state"].value() == INCOMPLETE and (node["first"].value(), node["last"].value()) == (1, 3)
    assert node["status"].value() == "2 coloured; no region to check; " + TWO_MISSING
    host.render(node, 2)
    for frame in (1, 3):
        with pytest.raises(RenderError, match="this frame is not coloured"):
            host.render(node, frame)
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
    before = node.node("Result")["file"].getEvaluatedValue()
    node["gap_px"].setValue(9)
    node["engine"].setValue(fake_engine(speaks=1))
    host.press(node, "colour")
    bar = host.progress[-1]
    assert host.run_main_loop(20, until=lambda: any("1 of 3" in words for words in bar.messages))
    host.press(node, "cancel")
    finish(host, node)
    assert node.node("Result")["file"].getEvaluatedValue() == before and node["state"].value() == 2
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


def test_this_frame_is_the_final_frame(ready, shot):
    """Colorize this frame asks for that frame of the whole shot, and Colorize keeps it."""
    host, node = ready
    node["gap_px"].setValue(9)
    host.nuke.frame(2)
    host.press(node, "colour_frame")
    finish(host, node)
    from cmft_nuke import results, runner

    folder = results.shown_by(node).folder
    assert json.loads((folder / "job.json").read_text())["frames"] == "1-3"
    assert runner.ended(node["uid"].value()).plan.only == "2"
    made = (folder / "coloured.0002.exr").stat().st_mtime_ns
    host.press(node, "colour")
    finish(host, node)
    assert node["state"].value() == READY and (folder / "coloured.0002.exr").stat().st_mtime_ns == made
    assert runner.ended(node["uid"].value()).plan.only is None


def test_a_deleted_plate_is_told_and_shown(ready):
    """One plate less: the node says how many of how many, that frame is red with the sentence, the others are shown."""
    host, node = ready
    from cmft_nuke import api, results

    (results.shown_by(node).folder / "coloured.0002.exr").unlink()
    assert api.status(node).state == "incomplete"
    assert node["status"].value() == "2 of 3 frames coloured; missing: 2; press Colorize"
    host.render(node, 1)
    host.render(node, 3)
    with pytest.raises(RenderError, match=r"this frame is not coloured.*2 of 3 frames coloured"):
        host.render(node, 2)
    host.press(node, "colour")
    finish(host, node)
    assert node["state"].value() == READY
    host.render(node, 2)


def test_a_deleted_plate_is_seen_when_idle(ready):
    """Nobody need press anything for it."""
    host, node = ready
    from cmft_nuke import results

    (results.shown_by(node).folder / "coloured.0003.exr").unlink()
    assert host.run_main_loop(20, until=lambda: (host.idle(), node["state"].value() == INCOMPLETE)[1])


def test_a_wider_range_is_incomplete(ready, shot):
    """More frames are asked for than are coloured: not ready; fewer: ready."""
    _, node = ready
    from cmft_nuke import api

    node["range"].setValue("custom")
    for frames, state in (("1-5", "incomplete"), ("2-3", "ready")):
        node["frames"].setValue(frames)
        assert api.status(node).state == state


def test_plates_of_other_lines_do_not_count(ready, shot):
    """Coloured over a part of the range after a change, the rest is old: a wider range is not ready by it."""
    host, node = ready
    from cmft_nuke import api

    draw_line(shot, 2, shade=0.5)
    node["range"].setValue("custom")
    node["frames"].setValue("2")
    host.press(node, "colour")
    finish(host, node)
    assert api.status(node).state == "ready"
    node["range"].setValue("input")
    found = api.status(node)
    assert found.state == "incomplete" and "1 of 3 frames coloured; missing: 1 3" in found.text


@pytest.mark.parametrize(("choice", "shown"), [("error", None), ("hold", 3), ("black", 0)])
def test_outside_of_the_range(ready, choice, shown):
    """Outside an error, the last frame held, or black, as chosen; also where the plug-in is not."""
    host, node = ready
    node["outside"].setValue(choice)
    if shown is None:
        with pytest.raises(RenderError, match="not coloured"):
            host.render(node, 4)
        return
    found = host.render(node, 4)["rgba.alpha"]
    wanted = host.render(node, 3)["rgba.alpha"]
    assert wanted.any() and (found == (wanted if shown else 0 * wanted)).all()
    script = host.save()
    with Host(gui=False, plugin_path=[]) as bare:
        bare.load(script)
        assert (bare.render(bare.nuke.toNode(node.name()), 0)["rgba.alpha"] ==
                (bare.render(bare.nuke.toNode(node.name()), 1)["rgba.alpha"] if shown else 0)).all()

"""Corrections inside Nuke: a point and a colour change every plate that shows the region, and the node shows them."""

import os
import shlex
import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest

from cmft_engine.protocol.client import clean_environment, program_of
from cmft_engine.protocol.errors import EngineError, InputError
from cmft_engine.protocol.host.state import READY
from cmft_engine.protocol.requests import Pin
from tests.nuke.host import Host

from .conftest import FRAMES, PLUGIN, PYTHON, ROOT, SIZE, START, draw_line, finish, opened

VIEWER = "Viewer {\n inputs 0\n name Viewer1\n}\n"
ANEW = "2 frames were written anew, by a correction or another run"
INSIDE = (30.0, SIZE - 1 - 32.0)  # of the box of frame 2, from the lower left


@pytest.fixture
def fixable(colored, tmp_path):
    """A copy of the coloured project that may be corrected, open in a window with a Viewer: (host, node)."""
    shutil.copytree(colored.folder, tmp_path / "project")
    with Host(gui=True, plugin_path=[str(PLUGIN)], notices_files=False) as host:
        host.nuke.scriptOpen((tmp_path / "project" / colored.script.name).as_posix())
        node = host.nuke.toNode("CMFT1")
        viewer = host.load(VIEWER)[-1]
        viewer.setInput(0, node)
        host.nuke.frame(2)
        yield host, node


def plates_of(node):
    """Return the bytes of the node's plates by frame."""
    from cmft_nuke.nodes import result_pattern

    return {frame: Path(result_pattern(node) % frame).read_bytes() for frame in FRAMES}


def sample(host, point):
    """Ctrl-click into the Viewer at a place, in px from the lower left, as Nuke keeps it: one pixel."""
    box = [2 * at / SIZE - 1 for at in (int(point[0]), int(point[1]), int(point[0]) + 1, int(point[1]) + 1)]
    host.nuke.toNode("Viewer1")["colour_sample_bbox"].setValue(box)


def press(host, node, button):
    """Press a button that asks the engine, and wait for it."""
    host.press(node, button)
    finish(host, node)


def test_a_region_is_fixed_in_every_frame(fixable):
    """The sampled region gets the colour in all frames, the node shows it and says so; one press takes it back."""
    host, node = fixable
    before = plates_of(node)
    sample(host, INSIDE)
    host.press(node, "sample_point")
    assert (node["fix_point"].x(), node["fix_point"].y()) == (INSIDE[0] + 0.5, INSIDE[1] + 0.5)
    shown = host.render(node, 2)["rgba.alpha"][32, 30]
    node["fix_color"].setValue("paper")
    steps = list(host.undo_names)
    press(host, node, "fix_region")
    after = plates_of(node)
    assert shown == 1
    assert [after[frame] != before[frame] for frame in FRAMES] == [False, True, True]  # the first is as painted
    assert host.render(node, 2)["rgba.alpha"][32, 30] == 0  # anew, without a touch
    assert node["status"].value() == "fixed in 2 frames" and node["state"].value() == READY
    press(host, node, "undo_fix")
    assert node["status"].value() == "taken back in 2 frames" and host.messages == []
    assert host.render(node, 2)["rgba.alpha"][32, 30] == 1 and host.undo_names == steps
    press(host, node, "undo_fix")
    assert "there is no correction to undo" in host.messages[-1]
    assert node["status"].value() == "taken back in 2 frames"


def test_plates_wider_than_the_format(fixable):
    """The point is counted from the format's corner, though the plates begin left of it and the lines lie lower."""
    from cmft_nuke import fixes

    _, node = fixable
    x, y = fixes.place_in_plate(node, (30.7, 10.2), 2)
    assert (x, y) == (30.5 + 4, SIZE - 1 - 10 + 0.5)
    assert fixes.place_in_picture(node, (34, 53), 2) == (30.5, 10.5)


def test_the_colour_is_asked_for(fixable):
    """Without a colour the palette is shown; who takes none changes nothing."""
    host, node = fixable
    host.open_panel(node)
    host.edit(node, "fix_point", INSIDE)
    before = plates_of(node)
    host.answers.append(None)
    press(host, node, "fix_region")
    assert plates_of(node) == before
    from cmft_nuke.fixes import swatches_of

    names = [one.name for one in swatches_of(node)]
    host.answers.append(names.index("paper"))
    press(host, node, "fix_region")
    assert plates_of(node) != before and host.messages == []


def broken(host, node, *, point=INSIDE, color="paper", frame=2):
    """Press Fix region with what is wrong, and return what Nuke says."""
    node["fix_point"].setValue(point[0], 0)
    node["fix_point"].setValue(point[1], 1)
    node["fix_color"].setValue(color)
    host.nuke.frame(frame)
    del host.messages[:]
    press(host, node, "fix_region")
    (words,) = host.messages
    return words


def test_what_cannot_be_fixed_is_said(fixable):
    """A point outside, a colour of no name, an uncoloured frame, a plate that is gone: a sentence, and nothing else."""
    host, node = fixable
    before, status = plates_of(node), node["status"].value()
    assert "the point 500, 0 lies outside of the picture, which is 64 x 64" in broken(host, node, point=(500, 63))
    words = broken(host, node, color="mauve")
    assert 'the palette has no color "mauve"; choose one of: paper' in words
    assert "frame 7 is not coloured" in broken(host, node, frame=7)
    from cmft_nuke.nodes import result_pattern

    folder = os.path.dirname(result_pattern(node))
    os.rename(result_pattern(node) % 2, folder + "/away")
    assert "the plate is gone; press Colorize" in broken(host, node)
    os.rename(folder + "/away", result_pattern(node) % 2)
    assert plates_of(node) == before and node["status"].value() == status
    Path(folder, "report.json").write_text('{"version": 1')
    assert "the colours cannot be read" in broken(host, node)
    os.remove(folder + "/report.json")
    assert "no report yet" in broken(host, node)
    node.node("Result")["file"].setValue("")
    assert "no result to correct yet" in broken(host, node)


def test_a_sample_that_is_none_is_said(fixable):
    """Without a Viewer, without a sample, or with another picture in it."""
    host, node = fixable
    viewer, words = host.nuke.toNode("Viewer1"), []
    for change in (lambda: None, lambda: (sample(host, INSIDE), viewer.setInput(0, None)),
                   partial(host.nuke.delete, viewer)):
        change()
        host.press(node, "sample_point")
        words.append(host.messages[-1])
    assert [part in said for part, said in zip(("nothing was sampled", "another size", "no Viewer is active"), words,
                                               strict=True)] == [True] * 3


def test_while_the_engine_works(fixable):
    """A node that is being coloured or corrected is not corrected meanwhile."""
    host, node = fixable
    node["fix_color"].setValue("paper")
    node["fix_point"].setValue(INSIDE[0], 0)
    node["fix_point"].setValue(INSIDE[1], 1)
    host.press(node, "fix_region")
    for button in ("fix_region", "undo_fix", "colour"):
        host.press(node, button)
        assert "CMFT1 is being coloured; wait, or press Cancel first" in host.messages.pop()
    finish(host, node)
    assert node["status"].value() == "fixed in 2 frames"


def test_a_plate_that_cannot_follow_is_named(fixable):
    """The others are corrected, the node shows them, and the sentence names the plate and what to do."""
    host, node = fixable
    folder = os.path.dirname(host.nuke.root()["name"].value())
    draw_line(Path(folder), 3, shade=0.25)
    before = plates_of(node)
    node["fix_color"].setValue("paper")
    node["fix_point"].setValue(INSIDE[0], 0)
    node["fix_point"].setValue(INSIDE[1], 1)
    press(host, node, "fix_region")
    after = plates_of(node)
    assert [before[frame] != after[frame] for frame in FRAMES] == [False, True, False]
    assert "line.0003.exr (frame 3)" in host.messages[-1] and "run the shot with --resume" in host.messages[-1]
    assert node["status"].value() == host.messages[-1].partition(": ")[2].splitlines()[0][:240]


def test_from_a_terminal(colored, tmp_path):
    """The functions return when all is done, and raise what is wrong; no warm engine stays."""
    shutil.copytree(colored.folder, tmp_path / "project")
    with opened(tmp_path / "project" / colored.script.name) as (_, node):
        from cmft_nuke import api, runner

        before = plates_of(node)
        run = api.fix_region(node, INSIDE, "paper", 2)
        assert run.outcome.done == FRAMES[1:] and runner._engines._engine is None
        assert isinstance(run.plan.work, Pin) and plates_of(node) != before
        api.undo_fix(node)
        with pytest.raises(InputError, match="no correction to undo"):
            api.undo_fix(node)
        with pytest.raises(InputError, match="needs Nuke's window"):
            api.review(node)
        assert node["status"].value() == "taken back in 2 frames"


def pin(colored, node, color):
    """Correct the node's plates as somebody else does, in a process that Nuke knows nothing of."""
    from cmft_nuke.nodes import result_pattern

    folder = os.path.dirname(result_pattern(node))
    subprocess.run([*program_of(shlex.split(colored.engine)), "pin", folder, "--frame=2", "--at=34,32",
                    "--color=" + color],
                   check=True, capture_output=True, env=clean_environment(os.environ))


def test_corrections_of_others_are_seen(fixable, colored):
    """When Nuke is idle the node notices plates that others have written anew, and shows them."""
    from cmft_nuke import reviewing

    host, node = fixable
    reviewing.LOOK_S = 0
    host.idle()
    assert host.render(node, 2)["rgba.alpha"][32, 30] == 1
    pin(colored, node, "paper")
    assert host.render(node, 2)["rgba.alpha"][32, 30] == 1  # as Nuke keeps it
    assert host.run_main_loop(20, until=lambda: (host.idle(), "anew" in node["status"].value())[1])
    assert node["status"].value() == ANEW and node["state"].value() == READY
    assert host.render(node, 2)["rgba.alpha"][32, 30] == 0


def test_review_window(fixable, colored, tmp_path):
    """It opens in a process of its own; what is written meanwhile shows; a second one is refused."""
    from cmft_nuke import reviewing

    host, node = fixable
    launcher = tmp_path / "off_screen.py"  # Qt opens the same window, on no screen
    launcher.write_text("import os\nos.environ['QT_QPA_PLATFORM'] = 'offscreen'\n" + START.format(root=str(ROOT)))
    node["engine"].setValue(" ".join(shlex.quote(part) for part in (PYTHON, str(launcher))))
    assert host.render(node, 2)["rgba.alpha"][32, 30] == 1
    host.press(node, "review")
    (window,) = (one for one in reviewing._windows._open.values() if one.is_open)
    host.press(node, "review")
    assert "its review window is open already" in host.messages.pop()
    pin(colored, node, "paper")
    assert host.run_main_loop(30, until=lambda: node["status"].value() == ANEW)
    assert window.is_open and host.messages == []
    press(host, node, "undo_fix")
    host.run_main_loop(2)
    assert node["status"].value() == "taken back in 2 frames"  # what it says of its own run stays
    pin(colored, node, "paper")
    assert host.run_main_loop(30, until=lambda: node["status"].value() == ANEW)
    assert host.render(node, 2)["rgba.alpha"][32, 30] == 0
    window._process.kill()
    assert host.run_main_loop(30, until=lambda: host.messages)
    assert "CMFT1: the review window has ended unasked (exit code -9)" in host.messages[-1]


def test_without_a_screen_the_engine_says_why(fixable, monkeypatch):
    """What the engine says instead of a window reaches the person."""
    host, node = fixable
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    host.press(node, "review")
    assert host.run_main_loop(60, until=lambda: host.messages)
    assert host.messages[-1].startswith("CMFT1: ") and "there is no screen" in host.messages[-1]


def test_engine_that_ends_at_once(tmp_path):
    """A command that is no engine is said, too."""
    from cmft_engine.protocol.host.review_window import PlateWatch, ReviewWindow, follow

    with pytest.raises(EngineError, match="cannot be started"):
        ReviewWindow([str(tmp_path / "none")], tmp_path)
    window = ReviewWindow(["false"], tmp_path)
    assert "run cmft review in a terminal" in str(follow(window, PlateWatch(str(tmp_path / "a.%04d.exr")), print))

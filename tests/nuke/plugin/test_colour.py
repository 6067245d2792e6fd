"""The run: what is baked, how it goes on, how it ends, and what reaches the node."""

import numpy as np
import pytest

from cmft_engine.protocol.errors import Cancelled, InputError, PlateError

from .conftest import FRAMES, PAINT, ROWS, draw_line, finish, read_exr

GRADE = "Expression {\n inputs 1\n expr0 r*2\n channel0 rgba.red\n name Grade\n}\n"


def graded(host, name):
    """Put a node between a Read and the CMFT node, so that files no longer hold the input."""
    grade = host.load(GRADE)[-1]
    grade.setInput(0, host.nuke.toNode(name))
    return grade


def test_files_on_disk_are_not_written_again(colored):
    """Inputs that are EXR sequences go to the engine as they are."""
    import json

    job = json.loads(next(colored.folder.glob("cmft/*/*/job.json")).read_text())
    assert job["lines"].endswith("/line.%04d.exr") and str(colored.folder) in job["lines"]
    assert [reference["frame"] for reference in job["references"]] == [1]
    assert not list(colored.folder.glob("cmft/*/inputs"))


def test_bake_and_colour_in_a_window(window, shot):
    """One press bakes what a node changes, colours, and shows the engine's pixels; one undo takes it back."""
    host, node = window
    node.setInput(1, graded(host, "Ref"))
    node["reference_frames"].setValue("1")
    steps = list(host.undo_names)
    host.press(node, "colour")
    finish(host, node)
    assert host.messages == [] and node["state"].value() == 1, host.log
    plates = sorted(shot.glob("cmft/*/*/coloured.*.exr"))
    assert len(plates) == len(FRAMES)
    expected = read_exr(plates[2])
    found = host.render(node, 3)
    assert all(np.array_equal(found[name][ROWS], pixels[ROWS]) for name, pixels in expected.items())
    assert found["rgba.red"].max() == PAINT[0] * 2  # the graded reference's colour, exactly
    assert node.node("BakeRef")["disable"].value() and node.node("BakeLine")["disable"].value()
    (bar,) = host.progress
    assert bar.closed and bar.values[-1] == 100 and any("3 of 3" in words for words in bar.messages)
    assert host.undo_names == [*steps, "CMFT: colorize CMFT1"]
    host.nuke.undo()
    assert node["state"].value() == 0 and node.node("Result")["file"].getEvaluatedValue() == ""


def test_nuke_stays_usable(window, fake_engine):
    """While the engine runs the button has returned, and Nuke's main loop is free."""
    host, node = window
    node["engine"].setValue(fake_engine(speaks=1))
    host.press(node, "colour")
    assert node["state"].value() == 0
    host.press(node, "colour")
    assert "is being coloured" in host.messages[-1]
    fake_engine()
    finish(host, node)
    assert node["state"].value() == 1


def test_cancel_leaves_finished_frames_and_resumes(window, shot, fake_engine):
    """Cancel in the progress window ends a run whose engine says nothing more; what is finished stays, and the next
    run begins with it."""
    host, node = window
    node["engine"].setValue(fake_engine(speaks=1))
    host.press(node, "colour")
    (bar,) = host.progress
    assert host.run_main_loop(300, until=lambda: any("1 of 3" in words for words in bar.messages))
    host.cancel()
    finish(host, node)
    assert host.messages == [] and node["status"].value().startswith("cancelled: 1 of 3 frames done")
    (plate,) = shot.glob("cmft/*/*/coloured.*.exr")
    before = plate.stat().st_mtime_ns
    fake_engine()
    host.press(node, "colour")
    finish(host, node)
    assert node["state"].value() == 1 and node["last"].value() == 3
    assert plate.stat().st_mtime_ns == before


def test_a_changed_plate_goes_to_the_same_place(window, fake_engine, shot):
    """After one line plate has changed the node is stale; the next run goes on in the same folder, so that the engine
    keeps what the plate does not concern."""
    import json

    host, node = window
    node["engine"].setValue(fake_engine())
    for shade in (0.25, 0.5):
        host.press(node, "colour")
        finish(host, node)
        assert node["state"].value() == 1
        (job,) = shot.glob("cmft/*/*/job.json")
        assert json.loads(job.read_text())["resume"] is True
        draw_line(shot, 2, shade=shade)
        host.save()
        assert node["state"].value() == 2


def test_error_of_the_engine_reaches_the_node(window, fake_engine):
    """An engine's error becomes a message with the log's place, and a sentence on the red node."""
    host, node = window
    node["engine"].setValue(fake_engine(fails="line.0002.exr (frame 2) is damaged; render it again"))
    host.press(node, "colour")
    finish(host, node)
    assert "is damaged; render it again" in host.messages[-1] and "engine.log" in host.messages[-1]
    with pytest.raises(RuntimeError, match=r"CMFT: line\.0002\.exr \(frame 2\) is damaged"):
        host.render(node, 2)


def test_warnings_reach_the_node(terminal, fake_engine):
    """What the engine finds odd stands on the node; brackets, which Nuke would evaluate, do not."""
    host, node = terminal
    from cmft_nuke import api

    node["engine"].setValue(fake_engine(warning="the references [2] show a single colour"))
    api.colorize(node)
    assert node["status"].value() == "1-3 coloured; no region to check; the references (2) show a single colour"
    assert "single colour" in host.label(node)


def test_cancel_right_after_the_press(window, fake_engine):
    """Cancel is heard before the engine has said a word."""
    host, node = window
    node["engine"].setValue(fake_engine(speaks=-1))
    host.press(node, "colour")
    host.cancel()
    finish(host, node)
    assert node["status"].value().startswith("cancelled: ")


def test_terminal_raises(terminal, fake_engine):
    """In a terminal the same error is raised, in the engine's own class."""
    host, node = terminal
    from cmft_nuke import api

    node["engine"].setValue(fake_engine(fails="line.0002.exr is damaged"))
    with pytest.raises(PlateError, match="damaged"):
        api.colorize(node)
    assert host.log and not any("Error:" in line or "ERROR:" in line for line in host.log)


@pytest.mark.parametrize("command", ["", "/nowhere/python -m cmft_engine"])
def test_engine_missing_is_said(window, command, monkeypatch):
    """Without an engine the node says so, with the remedy, until it has a result."""
    host, node = window
    from cmft_nuke import engine

    monkeypatch.setattr(engine, "default_python", lambda: "/nowhere/python")
    monkeypatch.setenv("PATH", "")
    node["engine"].setValue(command)
    host.press(node, "colour")
    assert "engine missing" in host.messages[-1]
    with pytest.raises(RuntimeError, match="CMFT: engine missing: "):
        host.render(node, 1)


def test_node_deleted_or_renamed_meanwhile(window, fake_engine):
    """A renamed node gets its result; a deleted one gets none, and nothing breaks."""
    host, node = window
    node["engine"].setValue(fake_engine())
    host.press(node, "colour")
    node.setName("Hero")
    finish(host, node)
    assert node["state"].value() == 1
    node["gap_px"].setValue(9)
    uid = node["uid"].value()
    host.press(node, "colour")
    host.nuke.delete(node)
    from cmft_nuke import runner

    assert host.run_main_loop(20, until=lambda: runner.running(uid) is None)
    assert any("Hero is gone" in line for line in host.log)


def test_node_taken_apart_meanwhile(window, fake_engine):
    """A result that cannot be shown any more is told in a message, and the run is over."""
    host, node = window
    node["engine"].setValue(fake_engine())
    host.press(node, "colour")
    host.nuke.delete(node.node("Result"))
    finish(host, node)
    assert "the node Result inside of it is gone" in host.messages[-1]


def test_cancelled_bake(window):
    """Cancelling Nuke's own bar while inputs are written ends it without a message; the Writes are off again."""
    host, node = window
    node.setInput(0, graded(host, "Line"))
    host.cancel_render_at(2)
    host.press(node, "colour")
    assert host.messages == [] and node["state"].value() == 0
    assert node.node("BakeLine")["disable"].value()


def test_bake_is_full_size_and_touches_nothing_else(terminal, fake_engine):
    """Proxy mode is switched back, undo and selection stay, and the frame the person looks at too."""
    host, node = terminal
    from cmft_nuke import api

    node.setInput(0, graded(host, "Line"))
    node["engine"].setValue(fake_engine())
    host.nuke.root()["proxy"].setValue(True)
    host.nuke.frame(2)
    names, selected = list(host.undo_names), host.nuke.selectedNodes()
    api.colorize(node, "1-2")
    assert host.nuke.root()["proxy"].value() and host.nuke.frame() == 2
    assert host.nuke.selectedNodes() == selected
    assert [name for name in host.undo_names if name not in names] == ["CMFT: colorize CMFT1"]
    said = "1-2 coloured; no region to check; 2 of 3 frames coloured; missing: 3; press Colorize"
    assert node["status"].value() == said


def test_what_is_missing_is_said(terminal):
    """Each missing input is named, with what to do."""
    _, node = terminal
    from cmft_nuke import api

    for index, name in ((1, "ref"), (0, "line")):
        node.setInput(index, None)
        with pytest.raises(InputError, match=f"connect the {name} input"):
            api.colorize(node)


def test_ctrl_c_in_a_terminal(terminal, fake_engine, monkeypatch):
    """Ctrl-C stops the engine; the finished frames stay."""
    _, node = terminal
    from cmft_nuke import api, progress

    node["engine"].setValue(fake_engine(speaks=1))
    shown = []

    def interrupt(self, progress):
        shown.append(progress.words)
        if "1 of 3" in progress.words:
            raise KeyboardInterrupt

    monkeypatch.setattr(progress.Terminal, "show", interrupt)
    with pytest.raises((KeyboardInterrupt, Cancelled)):
        api.colorize(node)
    assert [path.name for path in node_folder(node).rglob("coloured.*.exr")] == ["coloured.0001.exr"]


def node_folder(node):
    """Return the node's folder in the cache."""
    from cmft_nuke import nodes

    return nodes.cache_folder(node)


@pytest.mark.parametrize(("frames", "said"), [("3", "its name says 1; correct the reference frame"),
                                              ("1 3", "2 frames take it as their painting"), ("1", "")])
def test_a_still_of_another_frame_is_told(window, shot, fake_engine, frames, said):
    """A painting connected as that of another frame than its name says, or of several, is told on the node."""
    host, node = window
    host.nuke.toNode("Ref")["file"].setValue((shot / "ref.0001.exr").as_posix())
    node["engine"].setValue(fake_engine())
    node["reference_frames"].setValue(frames)
    host.press(node, "colour")
    finish(host, node)
    found = node["status"].value()
    assert found.endswith("no region to check") if not said else said in found


@pytest.mark.parametrize(("space", "is_own"), [("default", True), ("scene_linear (ACES - ACEScg)", True),
                                               ("default (ACES - ACES2065-1)", False), ("linear", True),
                                               ("Output - sRGB", False)])
def test_roles_of_ocio(window, space, is_own):
    """Under OCIO `default (…)` is a role that Nuke converts, so it must be written out; linear ones need not."""
    host, _ = window
    from cmft_nuke import bake

    read = host.nuke.toNode("Ref")
    read["raw"].setValue(False)
    read["colorspace"].setValues([space])
    read["colorspace"].setValue(space)
    assert bake.is_linear_exr(read) == is_own

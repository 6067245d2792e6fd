"""What the panel shows and does, without Qt."""

import json
import subprocess
import sys

import pytest

from tests.nuke.host import Host

from . import panel_report
from .conftest import PLUGIN, ROOT, finish, make_node, start_script
from .test_pythons import VERSIONS, interpreter


@pytest.fixture
def model(window):
    """A model of a script with one node: (host, node, model)."""
    from cmft_nuke.panel.model import PanelModel

    host, node = window
    made = PanelModel()
    made.refresh()
    return host, node, made


def reviewed(host, model):
    """Return the review once it was read."""
    from cmft_engine.protocol.host.review import READING

    assert host.run_main_loop(10, until=lambda: model.review() is not READING)
    return model.review()


def test_states(model, fake_engine):
    """A row goes from not coloured over colouring with its progress to ready, and to stale after an edit."""
    host, node, panel = model
    assert (panel.chosen, panel.row.state, panel.row.percent) == ("CMFT1", "not coloured", 0)
    node["engine"].setValue(fake_engine(speaks=-1))
    panel.press("colour", "CMFT1")
    assert panel.row.is_running and panel.row.text == "starting the engine"
    fake_engine(speaks=2)

    def halfway():
        panel.refresh()
        return panel.row.percent == 66

    assert host.run_main_loop(20, until=halfway) and "2 of 3" in panel.row.text
    fake_engine()
    finish(host, node)
    panel.refresh()
    assert panel.row.state == "ready" and panel.row.text.startswith("1-3 coloured")
    host.open_panel(node)
    host.edit(node, "gap_px", 9)
    panel.refresh()
    assert panel.row.state == "stale"


def test_review_of_the_chosen_node(model, fake_engine, shot):
    """The report beside the result that the node shows is read."""
    host, node, panel = model
    assert "no report yet" in panel.review().words
    node["engine"].setValue(fake_engine())
    panel.press("colour", "CMFT1")
    finish(host, node)
    (folder,) = {path.parent for path in shot.glob("cmft/*/*/coloured.*.exr")}
    panel_report.write(folder)
    panel.refresh()
    assert [frame.frame for frame in reviewed(host, panel).frames] == [2, 3]


def test_failed_run(model, fake_engine):
    """A failed run stays to be read, with its log, until it is dismissed or the next run begins."""
    host, node, panel = model
    node["engine"].setValue(fake_engine(fails="line.0002.exr is damaged; render it again"))
    panel.press("colour", "CMFT1")
    finish(host, node)
    panel.refresh()
    assert panel.row.state == "failed" and panel.row.error == "line.0002.exr is damaged; render it again"
    assert "is damaged" in panel.log_text() and "engine.log" in panel.log_text()
    panel.dismiss("CMFT1")
    assert panel.row.error == "" and panel.log_text() == ""
    panel.press("colour", "CMFT1")
    finish(host, node)
    node["engine"].setValue(fake_engine(speaks=1))
    panel.press("colour", "CMFT1")
    assert panel.row.error == "" and panel.row.state == "colouring"
    fake_engine()
    finish(host, node)


def test_cancelled_run_is_no_error(model, fake_engine):
    """Cancel leaves a sentence, no error."""
    host, node, panel = model
    node["engine"].setValue(fake_engine(speaks=1))
    panel.press("colour", "CMFT1")
    panel.press("cancel", "CMFT1")
    assert panel.row.state == "stopping"
    finish(host, node)
    panel.refresh()
    assert panel.row.error == "" and panel.row.text.startswith("cancelled: ")


def test_buttons_errors_stand_in_the_panel(model):
    """What a button cannot do is said in the row, not in a window; the next action takes it away."""
    host, node, panel = model
    node.setInput(1, None)
    panel.press("colour", "CMFT1")
    assert "connect the ref input" in panel.row.error and host.messages == []
    panel.press("open_report", "CMFT1")
    assert "there is no report yet" in panel.row.error
    panel.show_frame("CMFT1", 2)
    assert panel.row.error == ""


def test_nodes_come_go_and_are_renamed(model, fake_engine):
    """The chosen node stays chosen under a new name; when it goes, another is looked at; an empty script has none."""
    host, node, panel = model
    node["engine"].setValue(fake_engine())
    panel.press("colour", "CMFT1")  # gives it an identity
    finish(host, node)
    other = make_node(host, fake_engine())
    other.setName("Bird")
    node.setName("Hero")
    panel.refresh()
    assert [row.name for row in panel.rows] == ["Bird", "Hero"] and panel.chosen == "Hero"
    host.nuke.delete(node)
    panel.press("colour", "Hero")
    assert panel.chosen == "Bird"
    host.nuke.delete(other)
    panel.refresh()
    assert panel.row is None and panel.rows == ()


def test_a_pasted_copy_is_not_running(model, fake_engine):
    """A copy has the identity of the original until it is coloured; the run is the original's alone."""
    host, node, panel = model
    node["engine"].setValue(fake_engine(speaks=1))
    panel.press("colour", "CMFT1")
    node.selectOnly()
    host.nuke.nodeCopy("%clipboard%")
    copy = host.nuke.nodePaste("%clipboard%")
    panel.refresh()
    states = {row.name: row.state for row in panel.rows}
    assert states == {"CMFT1": "colouring", copy.name(): "not coloured"}
    fake_engine()
    finish(host, node)


def test_nothing_is_asked_while_inputs_are_written(model, monkeypatch):
    """Nuke handles timers and clicks while it writes; the panel keeps still then."""
    _, _, panel = model
    from cmft_nuke.panel import model as module

    monkeypatch.setattr(module, "is_baking", lambda: True)
    monkeypatch.setattr(module, "all_cmft", lambda: pytest.fail("Nuke was asked"))
    panel.refresh()
    panel.press("colour", "CMFT1")
    assert panel.row.state == "not coloured"


def test_show_frame_takes_a_free_viewer_input(model):
    """Nothing that the Viewer shows is disconnected; a second time the same input is used; undo is left alone."""
    host, node, panel = model
    line, steps = host.nuke.toNode("Line"), list(host.undo_names)
    panel.show_frame("CMFT1", 2)
    assert host.nuke.frame() == 2  # no Viewer, only time
    viewer = host.load("Viewer {\n inputs 0\n name Viewer1\n}\n")[-1]
    viewer.setInput(0, line)
    steps = list(host.undo_names)
    for frame in (3, 1):
        panel.show_frame("CMFT1", frame)
        assert host.nuke.frame() == frame and host.nuke.activeViewer().activeInput() == 1
    assert [viewer.input(0), viewer.input(1), viewer.input(2)] == [line, node, None]
    for index in range(10):
        viewer.setInput(index, line)
    host.nuke.activeViewer().activateInput(4)
    panel.show_frame("CMFT1", 2)
    assert viewer.input(4) is node and viewer.input(0) is line
    assert [name for name in host.undo_names if name not in steps and "CMFT" in name] == []


def test_node_inside_a_group(model):
    """A Viewer cannot show what is inside of a Group; time goes there all the same, and the graph stays."""
    host, node, panel = model
    viewer = host.load("Viewer {\n inputs 0\n name Viewer1\n}\n")[-1]
    outer = host.load(OUTER)[-1]
    with outer:
        host.nuke.nodePaste(str(PLUGIN / "CMFT.nk"))
    panel.refresh()
    name = next(row.name for row in panel.rows if row.name.startswith("Outer."))
    panel.show_frame(name, 3)
    assert host.nuke.frame() == 3 and viewer.input(0) is None
    panel.show_node(name)
    assert host.session.interface.graph_center is None
    panel.show_node("CMFT1")
    assert host.session.interface.graph_center is not None and node.shown()


OUTER = """Group {
 inputs 0
 name Outer
}
 Constant {
  inputs 0
  name Black
 }
 Output {
  name Output1
 }
end_group
"""
OLD = """import json, os, sys
sys.path.insert(0, {root!r})
from tests.nuke.host import Host
with Host(gui=True, plugin_path=[{folder!r}]) as host:
    from cmft_nuke import api
    from cmft_nuke.panel.model import PanelModel
    api.create()
    model = PanelModel()
    model.refresh()
    model.press("colour", "CMFT1")
    found = [model.row.state, model.row.error, model.review().words]
    print(json.dumps([found, [name for name in ("PySide2", "PySide6", "numpy") if name in sys.modules]]))
"""


@pytest.mark.parametrize("version", VERSIONS)
def test_old_pythons(version, tmp_path):
    """The model works under the Python of every Nuke and imports neither Qt nor anything else from outside."""
    python = sys.executable if version == "{}.{}".format(*sys.version_info[:2]) else interpreter(version)
    if python is None:
        pytest.skip(f"no Python {version} with Tcl here")
    code = OLD.format(root=str(ROOT), folder=str(PLUGIN))
    result = subprocess.run([python, "-W", "error", "-E", "-s", "-c", code], capture_output=True, text=True,
                            cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    (state, error, words), foreign = json.loads(result.stdout.splitlines()[-1])
    assert foreign == [] and state in ("not coloured", "engine missing") and error and words.startswith("no report")


def test_registered_without_qt(shot, engine):
    """menu.py names the panel under an id that workspaces keep; without a window nothing is registered."""
    with Host(gui=True, plugin_path=[str(PLUGIN)]) as host:
        start_script(host, shot)
        name, code = host.session.interface.panels["cmft.panel"]
        assert name == "CMFT" and "cmft_nuke.panel" in code
        assert not [loaded for loaded in sys.modules if loaded.startswith("cmft_nuke.panel")]
    with Host(gui=False, plugin_path=[str(PLUGIN)]) as host:
        assert host.session.interface.panels == {}

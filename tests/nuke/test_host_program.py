"""The program around the nodes: callbacks, threads, progress, menus, start-up, terminal mode."""

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.nuke.host import Host, HostFault
from tests.nuke.host.program import HANG_S

SAMPLE = (Path(__file__).with_name("host") / "sample.nk").read_text(encoding="utf-8")


@pytest.fixture
def host():
    """A host with a GUI; at the end any broken rule fails the test."""
    with Host() as host:
        yield host


def in_thread(call):
    """Run a call in another thread and return what it raised."""
    raised = []

    def run():
        try:
            call()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return raised[0] if raised else None


def test_callbacks_come_in_order(host):
    """The knob's own code first, then the class's callbacks, then those for all; once each, the last added last."""
    heard = []
    host.nuke.addOnCreate(heard.append, ("all",))
    host.nuke.addOnCreate(heard.append, ("class",), nodeClass="NoOp")
    host.nuke.addOnCreate(heard.append, ("all",))
    host.session.namespace["heard"] = heard
    host.load("NoOp {\n inputs 0\n name Said\n onCreate \"heard.append(nuke.thisNode().name())\"\n}")
    assert heard == ["Said", "class", "all"]
    host.nuke.removeOnCreate(heard.append, ("class",), nodeClass="NoOp")
    host.nuke.nodes.NoOp()
    assert heard[3:] == ["all"]


def test_inner_nodes_are_created_before_their_group(host):
    """onCreate of what is inside comes first; pasting, loading and undoing a deletion call it too."""
    heard = []
    host.nuke.addOnCreate(lambda: heard.append(host.nuke.thisNode().name()))
    group = host.paste(SAMPLE)
    assert heard[-1] == "Sample1" and "Result" in heard[:-1]
    host.nuke.delete(group)
    heard.clear()
    host.nuke.undo()
    assert heard[-1] == "Sample1"


def test_on_user_create_is_for_create_node(host):
    """onUserCreate comes with createNode alone, before onCreate."""
    heard = []
    host.nuke.addOnUserCreate(lambda: heard.append("user"), nodeClass="NoOp")
    host.nuke.addOnCreate(lambda: heard.append("any"), nodeClass="NoOp")
    host.nuke.createNode("NoOp")
    host.nuke.nodes.NoOp()
    assert heard == ["user", "any", "any"]


def test_knob_changed_needs_an_open_panel(host):
    """Before release 17.1 a closed panel keeps silent; an open one tells of opening, wires and knobs."""
    heard = []

    def told():
        heard.append(host.nuke.thisKnob().name())
        host.nuke.thisNode()["label"].setValue(str(len(heard)))

    node, other = host.nuke.nodes.NoOp(), host.nuke.nodes.Dot()
    host.nuke.addKnobChanged(told, nodeClass="NoOp")
    node["tile_color"].setValue(1)
    assert heard == []
    host.open_panel(node)
    node["tile_color"].setValue(2)
    node.setInput(0, other)
    node["tile_color"].setValue(2)
    assert heard == ["showPanel", "tile_color", "inputChange"]
    host.close_panel(node)
    node["tile_color"].setValue(3)
    assert len(heard) == 3


def test_knob_changed_of_a_later_release():
    """From 17.1 on knobChanged comes for every change, also with the panel closed."""
    heard = []
    with Host(version=(17, 1, 1)) as host:
        node = host.nuke.nodes.NoOp()
        host.nuke.addKnobChanged(lambda: heard.append(host.nuke.thisKnob().name()), node=node)
        node["tile_color"].setValue(1)
    assert heard == ["tile_color"]


def test_loading_is_no_change(host):
    """Values that come with a script call no knobChanged."""
    heard = []
    host.nuke.addKnobChanged(lambda: heard.append(1))
    host.paste(SAMPLE)
    assert heard == []


def test_render_callbacks_and_their_exceptions(host, tmp_path):
    """Around a render and each frame, for Write by default; an exception stops the render."""
    nuke, heard = host.nuke, []
    source = nuke.nodes.Constant(format="4 4 a")
    write = nuke.nodes.Write(file=(tmp_path / "a.%04d.exr").as_posix(), inputs=[source])
    nuke.addBeforeRender(lambda: heard.append("before"))
    nuke.addBeforeFrameRender(lambda: heard.append(nuke.frame()))
    nuke.addAfterRender(lambda: heard.append("after"))
    nuke.execute(write, 3, 4)
    assert heard == ["before", 3, 4, "after"] and nuke.frame() == 1
    write["beforeFrameRender"].setValue("raise KeyError('no')")
    with pytest.raises(KeyError):
        nuke.execute(write, 5, 6)
    assert not (tmp_path / "a.0005.exr").exists()


def test_a_button_runs_inside_its_group(host):
    """Pressed, a Group's button sees its own nodes, and a node that it creates is made inside."""
    group = host.paste(SAMPLE)
    group["set_at"].setCommand("nuke.nodes.Dot()\nnuke.thisNode()['at'].setValue(nuke.frame() + 1)")
    host.nuke.frame(1010)
    host.press(group, "set_at")
    assert group["at"].value() == 1011 and group.node("Dot1") is not None
    group["set_at"].setCommand("1/0")
    with pytest.raises(ZeroDivisionError):
        host.press(group, "set_at")


def test_this_node_outside_and_in_handed_over_calls(host):
    """Outside a callback thisNode is the root; in a call from another thread it is a random node: a fault."""
    assert host.nuke.thisNode() is host.root
    assert in_thread(lambda: host.nuke.executeInMainThread(host.nuke.thisNode)) is None
    host.run_main_loop(0)
    assert "thisNode" in host.log[-1] and "thisNode" in host.faults.pop()


def test_the_main_thread_must_not_wait_for_itself(host):
    """executeInMainThread from the main thread hangs Nuke: a fault."""
    for function in (host.nuke.executeInMainThread, host.nuke.executeInMainThreadWithResult):
        with host.expect_fault("Nuke hangs"):
            function(print)


def test_other_threads_keep_their_hands_off_nodes(host):
    """Using or changing a node outside the main thread is a fault, through the main thread it works."""
    node = host.nuke.nodes.NoOp()
    for call in (node.name, lambda: node["label"].setValue("x"), host.nuke.allNodes, lambda: host.nuke.nodes.Dot()):
        with host.expect_fault("outside the main thread"):
            raise in_thread(call)
    knob = node["label"]
    assert in_thread(lambda: host.nuke.executeInMainThread(knob.setValue, ("x",))) is None
    assert node["label"].value() == ""
    host.run_main_loop(0)
    assert node["label"].value() == "x"


def test_with_result_waits_and_swallows(host):
    """The result comes back; an exception is printed and gives None."""
    results = []

    def work():
        results.append(host.nuke.executeInMainThreadWithResult(lambda: 7))
        results.append(host.nuke.executeInMainThreadWithResult(lambda: 1 / 0))

    thread = threading.Thread(target=work)
    thread.start()
    assert host.run_main_loop(HANG_S, until=lambda: len(results) == 2)
    thread.join()
    assert results == [7, None] and "ZeroDivisionError" in host.log[-1]


def test_the_main_loop_says_whether_it_came_true(host):
    """run_main_loop ends at once when its condition holds, and says so when it does not."""
    assert host.run_main_loop(HANG_S, until=lambda: True)
    assert not host.run_main_loop(0, until=lambda: False)


def test_a_node_may_go_during_a_job(host):
    """A call that comes after the node was deleted finds it dead; the exception is in the log."""
    node = host.nuke.nodes.NoOp()
    name, knob = node.fullName(), node["label"]
    host.nuke.delete(node)
    assert in_thread(lambda: host.nuke.executeInMainThread(knob.setValue, ("done",))) is None
    host.run_main_loop(0)
    assert "not attached" in host.log[-1] and host.nuke.toNode(name) is None


def test_threads_must_end(monkeypatch):
    """A thread that still runs when Nuke closes is a fault."""
    monkeypatch.setattr("tests.nuke.host.program.HANG_S", 0)
    stop = threading.Event()
    with pytest.raises(HostFault, match="threads still run"), Host():
        threading.Thread(target=stop.wait).start()
    stop.set()


@pytest.mark.parametrize(("gui", "leave", "said"), [
    (True, lambda nuke: nuke.Undo.begin("colour"), "'colour' was not ended"),
    (True, lambda nuke: nuke.Undo.disable(), "not enabled again"),
    (True, lambda nuke: nuke.root().begin(), "begin without end"),
    (False, lambda nuke: in_thread(lambda: nuke.executeInMainThread(print)), "nothing runs it"),
])
def test_nothing_stays_open(gui, leave, said):
    """An Undo group, disabled Undo, an open group or a call that nobody runs is a fault when Nuke closes."""
    with pytest.raises(HostFault, match=said), Host(gui=gui) as host:
        leave(host.nuke)


def test_progress_bars(host):
    """A bar remembers what it showed, takes whole percents, is cancelled by the person and closes with its object."""
    task = host.nuke.ProgressTask("CMFT")
    task.setMessage("frame 1")
    task.setProgress(50)
    assert not task.isCancelled()
    with pytest.raises(TypeError):
        task.setProgress(0.5)
    with host.expect_fault("0 to 100"):
        task.setProgress(101)
    host.cancel()
    assert task.isCancelled()
    del task
    (shown,) = host.progress
    assert (shown.title, shown.messages, shown.values, shown.closed) == ("CMFT", ["frame 1"], [50], True)


def test_questions_need_a_prepared_answer(host):
    """A question that no test expects is a fault."""
    host.answers.append(True)
    assert host.nuke.ask("overwrite?") is True
    host.nuke.message("done")
    assert host.messages == ["done"]
    with host.expect_fault("unexpected question"):
        host.nuke.getFilename("where?")


def test_cancelling_a_render(host, tmp_path):
    """A cancelled render keeps the frames before and raises CancelledError."""
    source = host.nuke.nodes.Constant(format="4 4 a")
    write = host.nuke.nodes.Write(file=(tmp_path / "a.%04d.exr").as_posix(), inputs=[source])
    host.cancel_render_at(3)
    with pytest.raises(host.nuke.CancelledError):
        host.nuke.execute(write, 1, 5)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.0001.exr", "a.0002.exr"]


def test_menus(host):
    """A command by path, with a text or a function; the same name again replaces it; icons are looked for."""
    made = []
    nodes = host.nuke.menu("Nodes")
    menu = nodes.addMenu("CMFT", icon="missing.png")
    menu.addCommand("CMFT", lambda: made.append(1))
    menu.addCommand("Help/About", "nuke.message('about')", "F1")
    host.choose("Nodes/CMFT/CMFT")
    host.choose("Nodes/CMFT/Help/About")
    menu.addCommand("CMFT", lambda: made.append(2))
    host.choose("Nodes/CMFT/CMFT")
    assert made == [1, 2] and host.messages == ["about"] and host.missing_icons == ["missing.png"]
    assert nodes.findItem("CMFT/Help/About").shortcut() == "F1"
    assert [item.name() for item in menu.items()] == ["Help", "CMFT"]
    with pytest.raises(AssertionError, match="no menu command"):
        host.choose("Nodes/CMFT/Gone")


def terminal(call):
    """Return what a call does in a host without GUI, and its faults."""
    with Host(gui=False) as host:
        try:
            call(host)
            return list(host.faults)
        except RuntimeError as error:
            return [str(error)]
        finally:
            host.faults.clear()


@pytest.mark.parametrize("call", [
    lambda host: host.nuke.menu("Nodes"), lambda host: host.nuke.message("hi"), lambda host: host.nuke.ask("?"),
    lambda host: host.nuke.ProgressTask("x"), lambda host: host.nuke.nodes.NoOp().showControlPanel(),
    lambda host: host.nuke.getFilename("?"),
    lambda host: sys.modules["nukescripts"].registerWidgetAsPanel("w", "n", "i"),
])
def test_the_terminal_has_no_windows(call):
    """Menus, messages, questions, progress bars and panels raise without GUI."""
    (said,) = terminal(call)
    assert "not in GUI mode" in said


def test_a_swallowed_window_in_the_terminal_is_a_fault():
    """try: nuke.message() except RuntimeError does not help: it is kept."""
    with pytest.raises(HostFault, match="without GUI"), Host(gui=False) as host, contextlib.suppress(RuntimeError):
        host.nuke.message("hi")


def test_the_terminal_waits_for_nobody():
    """Without GUI nothing runs the main loop: a thread that waits for it hangs."""
    with Host(gui=False) as host:
        with host.expect_fault("hangs"):
            raise in_thread(lambda: host.nuke.executeInMainThreadWithResult(print))
        assert host.nuke.GUI is False and host.nuke.env["gui"] is False
        assert not host.nuke.createNode("NoOp").shown()


def write_plugin(folder, **files):
    """Write the files of a plug-in folder."""
    folder.mkdir()
    for name, text in files.items():
        (folder / (name + ".py")).write_text(text, encoding="utf-8")
    return folder


def test_start_up_reads_init_then_menu(tmp_path):
    """init.py in every mode, menu.py with a GUI; folders added by init.py count; the first folder comes last."""
    note = "import nuke; nuke.tprint(__file__.rsplit('/', 2)[1] + '/{}')"
    inner = write_plugin(tmp_path / "inner", init=note.format("init"), menu=note.format("menu"))
    first = write_plugin(tmp_path / "first", init=note.format("init") + "; nuke.pluginAddPath('../inner')")
    second = write_plugin(tmp_path / "second", init=note.format("init"), menu=note.format("menu"))
    with Host(plugin_path=[first, second]) as host:
        assert host.log[:3] == ["second/init", "first/init", "inner/init"]
        assert set(host.log[3:]) == {"second/menu", "inner/menu"} and inner.as_posix() in host.nuke.pluginPath()
    with Host(gui=False, plugin_path=[first, second]) as host:
        assert not [line for line in host.log if "menu" in line]


def test_plugin_folders_start_at_the_working_directory(tmp_path, monkeypatch):
    """A relative folder is that of whoever starts the host, not one of the host's own."""
    write_plugin(tmp_path / "plug", init="import nuke; nuke.tprint('read')")
    monkeypatch.chdir(tmp_path)
    with Host(plugin_path=["plug"]) as host:
        assert host.log == ["read"] and host.nuke.pluginPath() == [(tmp_path / "plug").as_posix()]


def test_a_closed_host_leaves_nothing(tmp_path):
    """Modules of the plug-in, paths, environment and `nuke` itself are gone afterwards, also after a failed start."""
    folder = write_plugin(tmp_path / "plug", init="import plugmodule", plugmodule="import nuke")
    before = (sys.path[:], dict(os.environ), sys.executable)
    with Host(plugin_path=[folder]):
        assert sys.modules["plugmodule"].nuke is sys.modules["nuke"]
    assert {"plugmodule", "nuke", "nukescripts"} & set(sys.modules) == set()
    broken = write_plugin(tmp_path / "broken", init="import nosuchmodule")
    with pytest.raises(ImportError), Host(plugin_path=[broken]):
        raise AssertionError("it started")
    assert "nuke" not in sys.modules and (sys.path, dict(os.environ), sys.executable) == before


def test_the_environment_is_that_of_nuke(host):
    """A Python started with Nuke's environment does not start: children need a clean one; sys.executable is Nuke."""
    assert not os.path.exists(sys.executable)
    assert subprocess.run([host.python, "-c", ""], capture_output=True).returncode != 0
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LD_"))}
    assert subprocess.run([host.python, "-c", ""], env=clean).returncode == 0


def test_idle_and_labels(host):
    """updateUI runs when idle; an autolabel's text stands on the node, else name and label."""
    heard = []
    node = host.nuke.nodes.NoOp(label="[value tile_color]")
    host.nuke.addUpdateUI(lambda: heard.append(1), nodeClass="NoOp")
    host.idle()
    assert heard == [1] and host.label(node) == "NoOp1\n0x00000000"
    node["autolabel"].setValue("nuke.thisNode().name() + '!'")
    assert host.label(node) == "NoOp1!"

"""What both hosts do around a run of the engine: one promise, looked at in each; a quick engine takes the real one's
place."""

import shutil
import time

import pytest

from cmft_engine.protocol.host.state import NOT_COLOURED, READY, STALE
from tests.blender.conftest import ROOT, SOURCE, USUAL, Blender, bpy_python, write_shot
from tests.nuke.host import Host
from tests.nuke.plugin import conftest as in_nuke
from tests.protocol import quick_engine


def facts_of_blender(folder):
    """Do it all in one process of the usual Blender."""
    python = bpy_python(USUAL)
    if not python.exists():
        pytest.skip(f"no bpy {USUAL}: python3 install.py test makes its environment")
    (folder / "home").mkdir()
    engine = quick_engine.command(in_nuke.draw_plate(folder / "plate.exr"), folder)
    return Blender(USUAL, (str(python),), folder / "home").run(
        "around_a_run.facts", folder / "run", addon=SOURCE, root=str(ROOT), engine=engine,
        shot=write_shot(folder / "shot"), other=write_shot(folder / "other"), place=folder)


def facts_of_nuke(folder):
    """Do it all in one stand-in for Nuke after another, as scripts are closed and opened."""
    for name in ("shot", "other"):
        for frame in in_nuke.FRAMES:
            in_nuke.draw_line(folder / name, frame)
    in_nuke.draw_reference(folder / "shot", 1)
    engine = quick_engine.command(in_nuke.draw_plate(folder / "plate.exr"), folder)
    first, second = folder / "first.nk", folder / "second.nk"
    found = {"reopened": nuke_reopened(folder, engine, first, second)}
    with in_nuke.opened(second, gui=True) as (host, node):
        found["unwritable log"] = nuke_unwritable_log(host, node)
        found["cancelled before the start"] = nuke_cancelled(host, node, folder)
        quick_engine.set_options(folder, speaks=-1)
        found["cancelled before a word"] = nuke_cancelled(host, node, folder, start=True)
        quick_engine.set_options(folder)
        found["plates gone"] = nuke_plates_gone(host, node)
        node["engine"].setValue("cmft-of-nowhere run")
        host.press(node, "colour")
        found["no program"] = host.messages[-1]
        host.nuke.delete(node.node("Result"))
        host.save()
        found["taken apart"] = node["status"].value()
    return found


def nuke_color(host, node):
    """Press the button and wait for the end."""
    host.press(node, "colour")
    in_nuke.finish(host, node)


def nuke_reopened(folder, engine, first, second):
    """Colour, save, colour from other lines, save elsewhere; return the states of both scripts when they are opened."""
    with Host(gui=True, plugin_path=[str(in_nuke.PLUGIN)]) as host:
        in_nuke.start_script(host, folder / "shot")
        host.nuke.root()["name"].setValue(first.as_posix())
        node = in_nuke.make_node(host, engine)
        nuke_color(host, node)
        first.write_text(host.save())
        states, shown = {"coloured": node["state"].value()}, node.node("Result")["file"].getEvaluatedValue()
        host.nuke.toNode("Line")["file"].setValue((folder / "other" / "line.%04d.exr").as_posix())
        nuke_color(host, node)
        states["same place"] = shown == node.node("Result")["file"].getEvaluatedValue()
        second.write_text(host.save())
    for script in (first, second):
        with in_nuke.opened(script, gui=True) as (_, node):
            states[script.stem] = node["state"].value()
    return states


def nuke_unwritable_log(host, node):
    """Let a folder stand in the way of the log, and colour."""
    from cmft_nuke import results

    log = results.shown_by(node).folder / "engine.log"
    log.unlink()
    log.mkdir()
    messages = len(host.messages)
    nuke_color(host, node)
    log.rmdir()
    return {"error": "".join(host.messages[messages:]), "state": node["state"].value(),
            "status": node["status"].value()}


def nuke_cancelled(host, node, folder, start=False):
    """Cancel a run before it is started, or when the engine is there and has said nothing yet."""
    from cmft_nuke import runner, shot_job

    started = folder / "started"
    started.unlink()
    run = runner.Run(shot_job.prepare(node))
    if not start:
        run.cancel()
    run.start()
    while start and not started.exists():
        time.sleep(0.01)
    run.cancel()
    in_nuke.finish(host, node)
    was_started = started.exists()
    started.touch()
    return {"error": type(run.outcome.error).__name__, "said": str(run.outcome.error), "started": was_started,
            "status": node["status"].value()}


def nuke_plates_gone(host, node):
    """Take the plates away and bring them back; return what the node says of it."""
    from cmft_nuke import api, results

    nuke_color(host, node)
    folder = results.shown_by(node).folder
    away = shutil.move(folder, f"{folder}.away")
    api.status(node)
    gone = {"state": node["state"].value(), "status": node["status"].value()}
    shutil.move(away, folder)
    api.status(node)
    return dict(gone, back=node["state"].value())


@pytest.fixture(scope="module", params=[facts_of_nuke, facts_of_blender], ids=["nuke", "blender"])
def facts(request, tmp_path_factory):
    """What came of it in one host, by what was done."""
    return request.param(tmp_path_factory.mktemp("hosts"))


def test_plates_of_a_later_version_are_stale(facts):
    """A file whose plates were coloured anew from other lines says stale when it is opened, the newer file ready."""
    assert facts["reopened"] == {"coloured": READY, "same place": True, "first": STALE, "second": READY}


def test_unwritable_log_spoils_no_run(facts):
    """Where the engine's log cannot be written, the plates are there all the same and the run is a good one."""
    found = facts["unwritable log"]
    assert found["error"] == "" and found["state"] == READY
    assert found["status"].endswith("coloured; no region to check")


@pytest.mark.parametrize(("when", "started"), [("cancelled before the start", False),
                                               ("cancelled before a word", True)])
def test_early_cancel_is_heard(facts, when, started):
    """A cancel needs no event of the engine; one that comes first keeps the engine from being started."""
    found = facts[when]
    assert (found["error"], found["started"]) == ("Cancelled", started)
    assert found["said"].startswith("cancelled") and found["status"].startswith("cancelled: 0 of 3 frames done")


def test_plates_that_are_gone_are_told(facts):
    """Without its plates a node is not coloured and says where they were; when they are back it is ready."""
    found = facts["plates gone"]
    assert (found["state"], found["back"]) == (NOT_COLOURED, READY)
    assert "the plates are gone; press Colorize" in found["status"]


def test_command_that_is_no_program_is_told(facts):
    """An engine command whose first word is no program is named before anything is started."""
    assert "engine missing: there is no cmft-of-nowhere; correct " in facts["no program"]


def test_node_that_was_taken_apart_can_be_saved(facts):
    """Saving a file never fails for a node that someone has taken apart; the node says what is wrong."""
    assert "the node Result inside of it is gone" in facts["taken apart"]

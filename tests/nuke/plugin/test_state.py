"""Stale, ready, and the script's travels: saved, copied, renamed, moved. Nothing here runs the engine."""

import importlib
import itertools
import shutil
from types import SimpleNamespace

import pytest

from cmft_engine.protocol.errors import InputError
from cmft_engine.protocol.host import digests
from cmft_engine.protocol.host.provenance import record_provenance
from cmft_engine.protocol.host.state import STALE_TEXT
from tests.nuke.host import RenderError

from .conftest import FRAMES, draw_line, draw_reference, opened

GRADE = "Expression {\n inputs 1\n expr0 r*2\n channel0 rgba.red\n name Between\n}\n"
DOT = "Dot {\n inputs 1\n name Bend\n}\n"


def test_setting_changed_in_the_panel(colored):
    """An edit of a setting turns the node red at once, with the remedy; changing it back makes it good again."""
    with opened(colored.script, gui=True) as (host, node):
        host.open_panel(node)
        assert not node["status"].enabled()
        host.render(node, 2)
        before = int(node["gap_px"].value())
        host.edit(node, "gap_px", before + 5)
        assert "stale" in host.label(node)
        with pytest.raises(RenderError, match=r"CMFT: stale: .* press Colorize"):
            host.render(node, 2)
        host.edit(node, "gap_px", before)
        host.render(node, 2)
        assert host.label(node).endswith("1-3 coloured")


def test_old_result_can_be_shown(colored):
    """Who prefers it sees the old result while it is stale; the label says so."""
    with opened(colored.script, gui=True) as (host, node):
        host.open_panel(node)
        host.edit(node, "on_stale", "old result")
        host.edit(node, "gap_px", 9)
        host.render(node, 2)
        assert "stale" in host.label(node)


def idle_until(host, is_true, seconds=20):
    """Let Nuke be idle again and again, as it is while nobody works."""
    return host.run_main_loop(seconds, until=lambda: (host.idle(), is_true())[1])


@pytest.mark.parametrize("passing", ["", "Dot", "NoOp"])
@pytest.mark.parametrize("change", ["knob", "input", "retime", "variable", "colors"])
def test_upstream_change_with_the_panel_closed(colored, tmp_path, change, passing):
    """A change upstream is noticed when Nuke is idle, through Dots and NoOps too; the script is not marked by it."""
    with opened(moved(colored, tmp_path)[1], gui=True) as (host, node):
        accept(node)
        line = host.nuke.toNode("Line")
        if passing:
            (bend,) = host.load(f"{passing} {{\n inputs 1\n name Bend\n}}\n")
            bend.setInput(0, line)
            node.setInput(0, bend)
        if change == "variable":
            line.addKnob(host.nuke.String_Knob("shot_of"))
            line["shot_of"].setValue("%{shot}")
            host.nuke.root().addKnob(host.nuke.String_Knob("gsv"))
            accept(node)
        idle_until(host, lambda: False, 0.2)
        assert node["state"].value() == 1
        if change == "knob":
            line["premultiplied"].setValue(True)
        elif change == "variable":
            host.nuke.root()["gsv"].setValue("shot=sh020")
        elif change == "colors":
            host.nuke.root()["colorManagement"].setValue("OCIO")
        elif change == "retime":
            line["frame"].setValue("2")
            line["frame_mode"].setValue("offset")
        else:
            between = host.load(GRADE)[-1]
            between.setInput(0, line)
            (node.input(0) if passing else node).setInput(0, between)
        host.nuke.modified(False)
        assert idle_until(host, lambda: node["state"].value() == 2)
        assert not host.nuke.modified()
        with pytest.raises(RenderError, match="stale"):
            host.render(node, 2)


def test_which_input_and_which_file_counts(colored, tmp_path):
    """The same node on another input of a Merge, and another file under the name that a node holds, are changes."""
    model = tmp_path / "tones.cat"
    model.write_text("one")
    with opened(moved(colored, tmp_path)[1], gui=True) as (host, node):
        signature = importlib.import_module("cmft_nuke.signature").signature
        line, found = host.nuke.toNode("Line"), []
        merge = host.nuke.nodes.Merge2()
        for taken in (0, 1, 0):
            for index in (0, 1):
                merge.setInput(index, line if index == taken else None)
            node.setInput(0, merge)
            found.append(signature(node))
        assert found[0] == found[2] != found[1]
        tones = host.nuke.nodes.Inference(modelFile=str(model))
        tones.setInput(0, line)
        node.setInput(0, tones)
        before = signature(node)
        assert signature(node) == before
        model.write_text("another")
        assert signature(node) != before


def test_looks_change_nothing(colored):
    """Moving, naming and colouring nodes, or a Dot in the pipe, is no change of the picture."""
    with opened(colored.script, gui=True) as (host, node):
        line = host.nuke.toNode("Line")
        line["tile_color"].setValue(0xFF0000FF)
        line["label"].setValue("plates")
        line.setXYpos(500, 500)
        dot = host.load(DOT)[-1]
        dot.setInput(0, line)
        node.setInput(0, dot)
        host.idle()
        host.run_main_loop(0.3)
        host.save()
        assert node["state"].value() == 1


def test_repainted_file_is_noticed_at_save(colored, tmp_path):
    """A file that was painted over on disk makes the saved script say stale, so a farm stops with a sentence."""
    folder, script = moved(colored, tmp_path)
    with opened(script, gui=True) as (host, node):
        accept(node)
        host.save()
        assert node["state"].value() == 1
        draw_reference(folder, 1, paint=(1.0, 0.0, 0.0, 1.0))
        script.write_text(host.save())
    with opened(script, plugin=False) as (host, node), pytest.raises(RenderError, match="stale"):
        host.render(node, 2)


def write_below(host, node, folder):
    """Hang a Write on the node, render frame 1 with it, and return it."""
    write = host.load("Write {\n inputs 1\n file_type exr\n channels rgba\n name Out\n}\n")[-1]
    write["file"].setValue((folder / "out.%04d.exr").as_posix())
    write.setInput(0, node)
    host.nuke.execute(write, 1, 1)
    return write


def test_render_in_a_window_is_checked_first(colored, tmp_path):
    """A Write below the node stops with the sentence when a plate has changed on disk."""
    folder, script = moved(colored, tmp_path)
    with opened(script, gui=True) as (host, node):
        accept(node)
        write = write_below(host, node, tmp_path)
        draw_line(folder, 2, shade=0.5)
        with pytest.raises(RuntimeError, match="stale"):
            host.nuke.execute(write, 1, 1)


def test_render_of_an_old_result_warns(colored, tmp_path):
    """Who renders an old result, as chosen, is told in the terminal that it is stale."""
    _, script = moved(colored, tmp_path)
    with opened(script, gui=True) as (host, node):
        accept(node)
        write = write_below(host, node, tmp_path)
        assert host.log == []
        node["on_stale"].setValue("old result")
        node["gap_px"].setValue(9)
        host.nuke.execute(write, 1, 1)
        assert host.log == [f"CMFT: CMFT1: {STALE_TEXT}"]


def test_copy_gets_a_cache_of_its_own(colored):
    """A pasted copy shows the old result; its next run goes to another folder, the original keeps its own."""
    with opened(colored.script, gui=True) as (host, node):
        from cmft_nuke import nodes

        node.selectOnly()
        host.nuke.nodeCopy("%clipboard%")
        copy = host.nuke.nodePaste("%clipboard%")
        copy.setInput(0, host.nuke.toNode("Line"))
        copy.setInput(1, host.nuke.toNode("Ref"))
        assert (host.render(copy, 2)["rgba.red"] == host.render(node, 2)["rgba.red"]).all()
        before = nodes.cache_folder(node)
        assert nodes.cache_folder(copy) != before and nodes.cache_folder(node) == before
        assert nodes.cache_folder(copy) == nodes.cache_folder(copy)
        node.setName("Renamed")
        assert nodes.cache_folder(node) == before


def test_version_up_and_save_as(colored, tmp_path):
    """Under a new name and in another folder the result is still shown; the next run goes beside the new script."""
    with opened(colored.script, gui=True) as (host, node):
        from cmft_nuke import nodes

        host.nuke.scriptSaveAs((tmp_path / "shot_v002.nk").as_posix(), 1)
        assert node["state"].value() == 1
        assert tmp_path in nodes.cache_folder(node).parents
    with opened(tmp_path / "shot_v002.nk", plugin=False) as (host, node):
        host.render(node, 2)


def test_project_moved_to_another_place(colored, tmp_path):
    """Script and cache moved together find each other when the script is opened."""
    folder = tmp_path / "elsewhere"
    shutil.copytree(colored.folder, folder)
    script = folder / "shot_v001.nk"
    script.write_text(script.read_text().replace(str(colored.script), str(script)))
    with opened(script, plugin=False) as (_, node):
        assert node.node("Result")["file"].getText().startswith("[file dirname [value root.name]]/cmft/")
        assert node.node("Result")["file"].getEvaluatedValue().startswith(str(folder))


def test_absolute_paths_are_found_after_a_move(colored, tmp_path):
    """Plates that an older script names by their whole path are found in the cache beside it, and named from it."""
    folder = tmp_path / "elsewhere"
    shutil.copytree(colored.folder, folder)
    script = folder / "shot_v001.nk"
    script.write_text(script.read_text().replace(str(colored.script), str(script)).replace(
        '"\\[file dirname \\[value root.name]]/', f'"{colored.folder}/gone/'))
    with opened(script, gui=True) as (_, node):
        assert node.node("Result")["file"].getEvaluatedValue().startswith(str(folder))


def test_corrections_move_with_the_project(colored, tmp_path):
    """A correction beside the script is kept relative to it; moved or saved elsewhere it is found, gone it is named."""
    folder, script = moved(colored, tmp_path)
    draw_reference(folder, 3)
    with opened(script, gui=True) as (host, node):
        from cmft_nuke import api, shot_job

        api.add_correction(node, folder / "ref.0003.exr", 3)
        assert node["corrections"].value() == "3=ref.0003.exr"
        accept(node)
        script.write_text(host.save())
        other = tmp_path / "other"
        other.mkdir()
        host.nuke.scriptSaveAs((other / "shot_v002.nk").as_posix())
        assert node["corrections"].value() == f"3={folder.as_posix()}/ref.0003.exr" and node["state"].value() == 1
    further = tmp_path / "further"
    shutil.move(folder, further)
    script = further / "shot_v001.nk"
    script.write_text(script.read_text().replace(str(folder), str(further)))
    with opened(script, gui=True) as (_, node):
        assert shot_job.read_corrections(node) == {3: (further / "ref.0003.exr").as_posix()}
        (further / "ref.0003.exr").unlink()
        with pytest.raises(InputError, match=r"the correction .*ref\.0003\.exr of frame 3 is gone"):
            shot_job.read_corrections(node)


def test_unsaved_script_has_a_place(window, tmp_path, monkeypatch):
    """Without a script's name results go to CMFT_HOME; a cache folder that is set goes before all."""
    host, node = window
    from cmft_nuke import nodes

    host.nuke.root()["name"].setValue("")
    monkeypatch.setenv("CMFT_HOME", str(tmp_path / "home"))
    assert nodes.cache_folder(node).parent == tmp_path / "home" / "nuke"
    node["cache"].setValue((tmp_path / "here").as_posix())
    assert nodes.cache_folder(node).parent == tmp_path / "here"


def test_state_is_the_same_in_another_session(colored):
    """The digest is no hash of one session: a script opened anew is ready."""
    for gui in (True, False):
        with opened(colored.script, gui=gui):
            from cmft_nuke import api

            assert api.status(__import__("nuke").toNode("CMFT1")).state == "ready"


def moved(colored, tmp_path):
    """Copy shot, script and cache to a folder that a test may change; return folder and script."""
    folder = tmp_path / "shot"
    shutil.copytree(colored.folder, folder)
    script = folder / "shot_v001.nk"
    script.write_text(script.read_text().replace(str(colored.folder), str(folder)))
    return folder, script


def accept(node):
    """Take the copied inputs for those that the result was made from."""
    from cmft_nuke import results, signature

    node["signature"].setValue(signature.signature(node))
    record_provenance(results.shown_by(node).folder, node["signature"].value(), FRAMES, is_whole=True)
    results.refresh(node)


def test_a_status_holds_nothing_to_evaluate(colored):
    """Brackets, dollars and line ends of a message reach neither the label nor the Assert: Tcl would run them."""
    with opened(colored.script, gui=True) as (_, node):
        nodes = importlib.import_module("cmft_nuke.nodes")
        nodes.set_state(node, 2, "[exit] in $OCIO, C:\\x\nsecond line")
        assert node["status"].value() == "(exit) in OCIO, C:/x"


def test_idle_looks_are_short(colored, tmp_path, monkeypatch):
    """However much is upstream, a look when Nuke is idle reads no longer than its budget allows."""
    with opened(moved(colored, tmp_path)[1], gui=True) as (host, node):
        signature, results = (importlib.import_module(f"cmft_nuke.{name}") for name in ("signature", "results"))
        above = host.nuke.toNode("Line")
        for _ in range(30):
            between = host.load(GRADE)[-1]
            between.setInput(0, above)
            above = between
        node.setInput(0, above)
        accept(node)
        lines, taken = signature._lines, []
        ticks = itertools.count()
        monkeypatch.setattr(signature, "_lines", lambda group: (taken.append(line) or line for line in lines(group)))
        monkeypatch.setattr(digests, "time", SimpleNamespace(monotonic=lambda: next(ticks) * signature.BUDGET_S / 10))
        signature.forget(node)
        looks = [0]
        while results.slow_look(node, iter(())) is None:
            assert not results.seems_different(node)
            looks.append(len(taken))
        most = max(after - before for before, after in itertools.pairwise(looks))
        assert len(looks) > 20 and most <= 2 * (10 + 2)  # two looks a turn, each of ten ticks and the ends
        assert signature.BUDGET_S <= 0.001

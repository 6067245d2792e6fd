"""Freeze, corrections, export, report, references and Troubleshoot."""

import json
import re
import shlex
import subprocess

import numpy as np
import pytest

from cmft_engine.protocol.errors import EngineError, InputError
from cmft_engine.protocol.host import sequences

from .conftest import PLUGIN, ROOT, draw_reference, finish, opened, read_exr, write_exr


def test_freeze_takes_the_node_s_place(colored):
    """One press makes a plain Read that gives the same picture to all that hung on the node; one undo takes it back."""
    with opened(colored.script, gui=True) as (host, node):
        below = host.load("NoOp {\n inputs 1\n name Below\n}\n")[-1]
        below.setInput(0, node)
        before = host.render(below, 2)
        host.press(node, "freeze")
        read = below.input(0)
        assert read.Class() == "Read" and host.messages == []
        assert read["localizationPolicy"].value() == "off" and read["on_error"].value() == "error"
        found = host.render(below, 2)
        for name, pixels in read_exr(colored.plates[2]).items():
            assert np.array_equal(found[name], pixels)
        assert np.array_equal(found["rgba.red"], before["rgba.red"])
        host.nuke.undo()
        assert below.input(0) is node


def test_freeze_refuses_what_is_stale(colored):
    """Nothing is frozen that does not fit the inputs any more."""
    with opened(colored.script, gui=True) as (host, node):
        node["gap_px"].setValue(9)
        host.press(node, "freeze")
        assert "stale" in host.messages[-1]
        assert [found.Class() for found in host.nuke.allNodes("Read")].count("Read") == 2


def test_correction_from_the_selected_node(window, shot, fake_engine):
    """The picture of the one selected node is written and becomes a reference at the current frame."""
    host, node = window
    from cmft_nuke import api, shot_job

    host.nuke.frame(3)
    paint = host.load("Constant {\n inputs 0\n channels rgba\n color {0.25 0.5 0.75 1}\n name Paint\n}\n")[-1]
    paint["format"].setValue(host.nuke.toNode("Line").format())
    paint.selectOnly()
    steps = len(host.undo_names)
    host.press(node, "add_correction")
    ((frame, path),) = shot_job.read_corrections(node).items()
    assert frame == 3 and (read_exr(path)["rgba.blue"] == 0.75).all()
    assert host.undo_names[steps:] == ["CMFT: correction at frame 3"]
    assert [found.name() for found in host.nuke.selectedNodes()] == ["Paint"]
    node["engine"].setValue(fake_engine())
    api.colorize(node)
    finish(host, node)
    job = json.loads(next(shot.glob("cmft/*/*/job.json")).read_text())
    assert [(found["frame"], found["path"]) for found in job["references"][1:]] == [(3, path)]


def test_correction_from_a_file(window, shot):
    """Without a selected node a file is asked for; at its frame it goes before the ref input."""
    host, node = window
    from cmft_nuke import shot_job

    for found in host.nuke.selectedNodes():
        found.setSelected(False)
    draw_reference(shot / "mine", 1)
    host.nuke.frame(1)
    host.answers.append(str(shot / "mine" / "ref.%04d.exr"))
    host.press(node, "add_correction")
    plan = shot_job.prepare(node)
    assert [(found.frame, found.path) for found in plan.job.references] == [(1, str(shot / "mine" / "ref.0001.exr"))]


def test_missing_correction_is_named(terminal):
    """A correction whose file has gone is an error that says which."""
    _, node = terminal
    from cmft_nuke import api

    node["corrections"].setValue("2=/nowhere/two.exr")
    with pytest.raises(InputError, match=r"/nowhere/two\.exr of frame 2 is gone"):
        api.export_job(node)


@pytest.mark.parametrize("action", ["colour", "add_reference"])
@pytest.mark.parametrize("is_sheet", [False, True])
def test_reference_frames_that_are_none_are_named(window, action, is_sheet):
    """A list that holds no frames is called by its own knob, not by the range's."""
    host, node = window
    node["sheet"].setValue(is_sheet)
    node["reference_frames"].setValue("first")
    host.press(node, action)
    assert "reference_frames: 'first'" in host.messages[-1]


def test_reference_frames(window):
    """The button adds the current frame; the list may be written by hand."""
    host, node = window
    for frame in (3, 1, 2, 2):
        host.nuke.frame(frame)
        host.press(node, "add_reference")
    assert node["reference_frames"].value() == "1-3"


def test_still_references(terminal, shot):
    """A single file counts for the frame in its name, or as a sheet; a file without a number must be told its frame."""
    host, node = terminal
    from cmft_nuke import shot_job

    read = host.nuke.toNode("Ref")
    read["file"].setValue((shot / "ref.0001.exr").as_posix())
    assert shot_job.reference_frames(node) == (1,)
    node["sheet"].setValue(True)
    (sheet,) = shot_job.prepare(node).job.references
    assert sheet.frame is None and sheet.path == str(shot / "ref.0001.exr")
    node["sheet"].setValue(False)
    read["file"].setValue((shot / "painted.exr").as_posix())
    for name in ("first", "last"):
        read[name].setValue(99)
    with pytest.raises(InputError, match="press Add current frame"):
        shot_job.reference_frames(node)


@pytest.mark.parametrize(("choice", "frames", "expected"), [
    ("input", "", (1, 3)), ("global", "", (1, 2)), ("custom", "1-3x2", (1, 3)), ("custom", "3 2", (2, 3))])
def test_ranges(terminal, shot, choice, frames, expected):
    """The three ranges, and every way of writing frames; only the input's range passes over plates that are not
    there, as on twos."""
    host, node = terminal
    from cmft_nuke import shot_job

    host.nuke.root()["last_frame"].setValue(2)
    (shot / "line.0002.exr").unlink()
    node["range"].setValue(choice)
    node["frames"].setValue(frames)
    assert shot_job.wanted_frames(node) == expected


@pytest.mark.parametrize(("frame", "width"), [(-5, 4), (10001, 4), (7, 1)])
def test_unusual_frame_numbers(tmp_path, frame, width):
    """Negative frames, frames of five digits and unpadded ones are found on disk."""
    pattern = (tmp_path / f"odd.%0{width}d.exr").as_posix()
    path = sequences.plate_path(pattern, frame)
    assert path == pattern % frame or frame < 0
    write_exr(tmp_path / path, {"R": np.zeros((64, 64))})
    assert sequences.existing(pattern, (frame, frame + 1)) == (frame,)
    assert sequences.numbers_on_disk(pattern) == (frame,)


def test_references_that_are_no_linear_exr_are_written_by_nuke(terminal, shot):
    """A reference whose numbers Nuke converts is baked, so that the result holds Nuke's numbers exactly."""
    host, node = terminal
    from cmft_nuke import shot_job

    read = host.nuke.toNode("Ref")
    read["raw"].setValue(False)
    read["colorspace"].setValue("sRGB")
    (reference,) = shot_job.prepare(node).job.references
    assert reference.path.startswith(str(shot / "cmft"))
    found, seen = read_exr(reference.path), host.render(read, 1)
    assert np.array_equal(found["rgba.red"], seen["rgba.red"]) and 0 < found["rgba.red"].max() < 0.5


def test_export_runs_elsewhere(colored, monkeypatch):
    """The exported command is the engine's own, its job complete; here it finds everything done."""
    with opened(colored.script, gui=True) as (host, node):
        from cmft_nuke import api, engine

        made, export = [], api.export_job
        monkeypatch.setattr(api, "export_job", lambda group: made.append(export(group)) or made[-1])
        host.press(node, "export_job")
        (exported,) = made
        assert exported.command in host.messages[-1]
        program, *arguments = shlex.split(exported.command)
        command = engine.engine_command(colored.engine)
        assert program == "cmft" and exported.farm in host.messages[-1] and "openjd run" in exported.farm
    result = subprocess.run([*command, *arguments], capture_output=True, text=True, check=True)
    assert "3 frames" in result.stdout
    values = json.loads((exported.bundle / "parameters.json").read_text())
    assert values["Frames"] == "1-3" and values["LinesFolder"] == str(colored.folder)


def test_export_without_an_engine(terminal):
    """Where no engine is set up the job is written all the same, and the message says what is missing."""
    _, node = terminal
    from cmft_nuke import api

    node["engine"].setValue("/nowhere/engine")
    exported = api.export_job(node)
    assert exported.job.is_file() and exported.bundle is None and "there is no /nowhere/engine" in exported.farm


@pytest.mark.parametrize("written", ['"/opt/my engine/cmft', '""'])
def test_engine_command_that_is_none(window, written):
    """A quote that does not end, or no program, is said by every button that needs the engine."""
    host, node = window
    node["engine"].setValue(written)
    for action in ("colour", "export_job", "troubleshoot"):
        host.press(node, action)
        assert "correct the knob Engine command" in host.messages[-1], action
    assert node["status"].value().startswith("engine missing")


def test_engine_command_without_its_quotes(window, tmp_path):
    """A path with spaces that falls apart is shown as it has to be written, even where its first part is a folder."""
    host, node = window
    engine = tmp_path / "my tools" / "cmft"
    engine.parent.mkdir()
    engine.write_text("")
    for first in (tmp_path / "my", None):
        node["engine"].setValue(f"{engine.as_posix()} --quiet")
        host.press(node, "colour")
        assert f'needs quotes: "{engine.as_posix()}"' in host.messages[-1]
        if first is not None:
            first.mkdir()


@pytest.mark.parametrize("action", ["colour", "add_correction"])
def test_cache_folder_that_cannot_be_made(window, shot, action):
    """Where Nuke would write a picture, a folder that cannot be made is named with what to do, and nothing changes."""
    host, node = window
    (shot / "file").write_text("no folder")
    node["cache"].setValue((shot / "file" / "cache").as_posix())
    host.nuke.toNode("Line")["frame"].setValue("frame+1")  # so it must be written first
    node["range"].setValue("custom")
    node["frames"].setValue("1-2")
    host.nuke.toNode("Ref").selectOnly()
    host.press(node, action)
    assert "choose another Cache folder" in host.messages[-1] and str(shot / "file") in host.messages[-1]
    assert node["corrections"].value() == ""


def test_reference_that_may_not_be_read(window, shot, monkeypatch):
    """A painted file without the right to read it is named in a message."""
    host, node = window
    from cmft_engine.protocol.host import digests

    def refuse(path, mode):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(digests, "open", refuse, raising=False)
    host.press(node, "colour")
    assert "ref.0001.exr: the file cannot be read (Permission denied)" in host.messages[-1]


def test_engine_that_refuses_a_bundle(terminal, shot):
    """What the engine says of a shot that does not fit reaches the person who exports."""
    _, node = terminal
    from cmft_nuke import api

    (shot / "ref.0001.exr").write_bytes(b"no picture")
    with pytest.raises(EngineError, match=r"cannot be written: .*ref\.0001\.exr"):
        api.export_job(node)


def test_exported_inputs_stay(terminal, shot):
    """Inputs written for an exported job are not changed by a later bake."""
    host, node = terminal
    from cmft_nuke import api

    node["engine"].setValue("/nowhere/engine")  # no bundle is wanted
    read = host.nuke.toNode("Ref")
    read["raw"].setValue(False)
    read["colorspace"].setValue("sRGB")
    job = json.loads(api.export_job(node).job.read_text())
    path = job["references"][0]["path"]
    before = read_exr(path)["rgba.red"].max()
    read["colorspace"].setValue("linear")
    read["raw"].setValue(True)
    api.export_job(node)
    assert read_exr(path)["rgba.red"].max() == before and str(shot / "cmft") in path


def test_report_opens(colored, monkeypatch):
    """The report of the shown result opens in the browser; without one a sentence says so."""
    shown = []
    monkeypatch.setattr("webbrowser.open", shown.append)
    with opened(colored.script, gui=True) as (host, node):
        host.press(node, "open_report")
        assert shown[0].startswith("file:") and shown[0].endswith("report.html")
        node.node("Result")["file"].setValue("")
        host.press(node, "open_report")
        assert "press Colorize first" in host.messages[-1]


def test_troubleshoot(colored):
    """Troubleshoot finds a good node in order, and says of a bad one what is wrong."""
    with opened(colored.script, gui=True) as (host, node):
        host.press(node, "troubleshoot")
        assert "LOOK" not in host.messages[-1] and "cmft " in host.messages[-1], host.messages[-1]
        node.setInput(1, None)
        node["engine"].setValue("/nowhere/engine")
        node["palette"].setValue("/nowhere/palette.json")
        host.press(node, "troubleshoot")
        wrong = [line for line in host.messages[-1].splitlines() if line.startswith("LOOK")]
        assert [line.split()[1].strip(":") for line in wrong] == ["engine", "ref", "result"]


def test_node_of_another_version(colored):
    """A node of another layout shows its result, and says why it cannot be coloured."""
    with opened(colored.script) as (host, node):
        from cmft_nuke import api

        for layout, remedy in ((1, "choose CMFT, Upgrade nodes"), (99, "install the later CMFT")):
            node["cmft_version"].setValue(layout)
            host.render(node, 2)
            with pytest.raises(InputError, match=f"made by another version.*{remedy}"):
                api.export_job(node)
        with pytest.raises(InputError, match="made by a later CMFT"):
            api.upgrade(node)


def test_menu_connects_to_the_selection(window):
    """From the menu the node hangs on the selected one, as Nuke's own nodes do, with its panel open."""
    host, _ = window
    line = host.nuke.toNode("Line")
    line.selectOnly()
    host.choose("Nodes/CMFT/CMFT")
    (made,) = host.nuke.selectedNodes()
    assert made.input(0) is line and made.input(1) is None and made.name() == "CMFT2"
    host.edit(made, "gap_px", 5)  # possible in an open panel only


def test_snippet_of_the_guide(terminal, fake_engine, monkeypatch, capsys):
    """The lines under Scripting run in a terminal, and end with "ready"."""
    host, _ = terminal
    command = fake_engine()
    from cmft_nuke import api, runner

    for module in (api, runner):
        monkeypatch.setattr(module, "engine_command", lambda written: shlex.split(command))
    host.nuke.toNode("Line").setName("Read1")
    host.nuke.toNode("Ref").setName("Read2")
    guide = (ROOT / "docs" / "nuke.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    exec(compile(code.replace("1001 1024", "1"), "docs/nuke.md", "exec"), {})
    assert capsys.readouterr().out == "ready\n"


def test_guide_names_what_is_there():
    """Every function and every sentence that the guide promises exists in the code."""
    guide = (ROOT / "docs" / "nuke.md").read_text(encoding="utf-8")
    code = "".join(path.read_text(encoding="utf-8") for path in (PLUGIN / "cmft_nuke").glob("*.py"))
    functions = set(re.findall(r"`api\.(\w+)\(", guide))
    assert functions == {"create", "colorize", "status", "cancel", "add_correction", "freeze", "export_job", "report",
                         "upgrade", "regions", "extract_palette", "swap_palette", "fix_region", "undo_fix", "review"}
    assert all(f"def {name}(" in code for name in functions) and "colour = colorize" in code
    for words in ("not coloured yet", "stale", "this frame is not coloured", "engine missing"):
        assert f"| {words} |" in guide and words in code
    labels = set(re.findall(r'button\("\w+", "([^"]+)"', code))
    assert len(labels) == 17 and {label for label in labels if label not in guide} == set()


def test_status_of_other_nodes(terminal):
    """The functions refuse nodes that are not ours, with a sentence."""
    host, _ = terminal
    from cmft_nuke import api

    with pytest.raises(InputError, match="Line is no CMFT node"):
        api.status(host.nuke.toNode("Line"))


def test_a_node_is_made_where_the_person_is(window):
    """The menu makes a node in the Group whose graph the person is in, connected there, line first."""
    host, node = window
    outer = host.load("Group {\n inputs 0\n name Comp\n}\n NoOp {\n inputs 0\n name Lines\n}\n "
                      "Output {\n name Output1\n}\nend_group\n")[0]
    host.enter_graph(outer)
    outer.node("Lines").selectOnly()
    host.choose("Nodes/CMFT/CMFT")
    (made,) = (found for found in outer.nodes() if found.Class() == "Group")
    assert made.input(0) is outer.node("Lines") and made in host.session.panels
    assert set(host.nuke.allNodes("Group")) == {node, outer}

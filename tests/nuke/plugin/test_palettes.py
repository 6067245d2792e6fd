"""Palettes, regions and the references' own line art: what the node asks of the real engine besides colouring."""

import json
import shutil

import numpy as np
import pytest

from cmft_engine.image.plate import read_plate
from cmft_engine.protocol.errors import InputError

from .conftest import PAINT, draw_line, finish, opened, read_exr, read_node
from .test_state import accept, moved


def colors_of(path):
    """Return a palette file's colours by name."""
    return {one["name"]: one["rgba"] for one in json.loads(path.read_text())["colors"]}


def test_palette_is_extracted_from_the_references(window, shot):
    """The button asks for a file and for leave to replace one; the node names it relative to the script."""
    host, node = window
    out = shot / "pal" / "day.json"
    out.parent.mkdir()
    host.answers.append(str(out))
    host.press(node, "extract_palette")
    assert "colours" in host.messages[-1] and host.undo_names[-1] == "CMFT: palette of CMFT1"
    assert any(np.allclose(rgba, PAINT, atol=1e-3) for rgba in colors_of(out).values())
    assert node["palette"].getText() == "[file dirname [value root.name]]/pal/day.json"
    before = out.read_text()
    for answer in (False, True):
        out.write_text("{}")
        host.answers.extend([str(out), answer])
        host.press(node, "extract_palette")
        assert (out.read_text() == before) == answer
    from cmft_nuke import api, shot_job

    assert shot_job.prepare(node).job.palette == str(out)
    with pytest.raises(Exception, match="exists"):
        api.extract_palette(node, str(out))


def test_palette_moves_with_the_script(colored, tmp_path):
    """One beside the script is found where the script is now, also after Save As, and the node stays ready; an
    expression of the user's own is left alone."""
    folder, script = moved(colored, tmp_path / "first")
    palette = folder / "day.json"
    palette.write_text('{"version": 1, "space": "lin_rec709", "colors": [{"name": "a", "rgba": [0, 0, 0, 1]}]}')
    with opened(script, gui=True) as (host, node):
        node["palette"].setValue(palette.as_posix())
        script.write_text(host.save())
        accept(node)
        script.write_text(host.save())
        assert node["palette"].getText() == "[file dirname [value root.name]]/day.json"
        other = tmp_path / "elsewhere" / "shot_v002.nk"
        other.parent.mkdir()
        host.nuke.root()["name"].setValue(other.as_posix())
        other.write_text(host.save())
        assert node["palette"].getText() == palette.as_posix() and node["state"].value() == 1
        node["palette"].setValue("[file dirname [value root.name]]/[value root.first_frame].json")
        host.save()
        assert node["palette"].getText() == "[file dirname [value root.name]]/[value root.first_frame].json"
    away = tmp_path / "second"
    shutil.move(folder, away)
    with opened(away / script.name, gui=True) as (host, node):
        for name in ("Line", "Ref"):
            read = host.nuke.toNode(name)
            read["file"].setValue(read["file"].getText().replace(str(folder), str(away)))
        palette = away / "day.json"
        assert node["palette"].evaluate() == palette.as_posix()
        palette.unlink()
        host.press(node, "colour")
        assert f"there is no palette file {palette.as_posix()}" in host.messages[-1]


def test_swapped_palette_is_a_read_of_its_own(colored, tmp_path):
    """The result in another palette stands beside the node, exact; what hangs on the node stays there."""
    folder, script = moved(colored, tmp_path)
    with opened(script, gui=True) as (host, node):
        from cmft_nuke import api

        accept(node)
        with pytest.raises(InputError, match="no palette file names the colours"):
            api.swap_palette(node, str(folder / "night.json"))
        day, night = folder / "day.json", folder / "night.json"
        api.extract_palette(node, str(day))
        values = json.loads(day.read_text())
        (paint,) = (one for one in values["colors"] if np.allclose(one["rgba"], PAINT, atol=1e-3))
        before, paint["rgba"] = np.float32(paint["rgba"][:3]), [0.0, 0.0, 0.25, 1.0]
        night.write_text(json.dumps(values))
        with pytest.raises(InputError, match="stale"):
            api.swap_palette(node, str(night))  # it was not coloured with this palette
        api.colorize(node)
        finish(host, node)
        below = host.load("NoOp {\n inputs 1\n name Below\n}\n")[-1]
        below.setInput(0, node)
        host.answers.append(str(night))
        host.press(node, "swap_palette")
        (read,) = (one for one in host.nuke.allNodes("Read") if "night.json" in one["label"].value())
        assert below.input(0) is node and host.undo_names[-1] == "CMFT: swap palette of CMFT1"
        was, now = host.render(node, 2), host.render(read, 2)
        for index, name in enumerate(("rgba.red", "rgba.green", "rgba.blue")):
            flat = np.isclose(was["flats." + name[5:]], before[index], atol=1e-3) & (was["flats.alpha"] == 1)
            assert flat.any() and set(now["flats." + name[5:]][flat]) == {np.float32(paint["rgba"][index])}


def test_regions_are_shown(window, shot):
    """The current frame's regions come up in a Read beside the node, drawn anew with other settings, always one."""
    host, node = window
    found = {}
    for frame, gap in ((1, 6), (2, 6), (2, 0)):
        node["gap_px"].setValue(gap)
        host.nuke.frame(frame)
        host.press(node, "regions")
        (read,) = (one for one in host.nuke.allNodes("Read") if one["label"].value() == "regions of CMFT1")
        assert (read["first"].value(), read["last"].value()) == (frame, frame)
        path = read["file"].getText().replace("####", f"{frame:04d}")
        found[frame, gap] = read_plate(path).rgb()
    assert host.messages == []
    assert not np.array_equal(found[1, 6], found[2, 6]) and np.array_equal(found[2, 6], found[2, 0])  # no gap in it
    assert len(np.unique(found[1, 6].reshape(-1, 3), axis=0)) >= 3


def test_regions_of_lines_that_are_no_files(window, shot):
    """Line art that Nuke makes is written first, into a folder of the view's own."""
    host, node = window
    host.nuke.toNode("Line")["frame"].setValue("frame+1")
    from cmft_nuke import api, shot_job

    shot_job.prepare(node, (1,))
    baked = {path: path.stat().st_mtime_ns for path in shot.glob("cmft/*/inputs/*")}
    read = api.regions(node, 1)
    assert {path: path.stat().st_mtime_ns for path in baked} == baked and baked
    shown = read_plate(read["file"].getText().replace("####", "0001")).rgb()
    other = read_plate(api.regions(node, 2)["file"].getText().replace("####", "0002")).rgb()
    assert shown.shape == other.shape and not np.array_equal(shown, other)


def test_references_may_have_lines_of_their_own(terminal, shot):
    """What is connected to ref_line reaches the job; lines that are no files are written; a change of them is seen."""
    host, node = terminal
    from cmft_nuke import shot_job, signature

    bare = signature.signature(node)
    own = host.load(read_node((shot / "own" / "line.%04d.exr").as_posix(), 1, 1, "Own"))[-1]
    draw_line(shot / "own", 1)
    node.setInput(3, own)
    connected = signature.signature(node)
    (reference,) = shot_job.prepare(node).job.references
    assert reference.lines == str(shot / "own" / "line.0001.exr") and reference.frame == 1
    node["sheet"].setValue(True)
    own["file"].setValue((shot / "own" / "line.0001.exr").as_posix())
    (sheet,) = shot_job.prepare(node).job.references
    assert sheet.lines == str(shot / "own" / "line.0001.exr") and sheet.frame is None
    own["frame"].setValue("frame")
    (written,) = shot_job.prepare(node).job.references
    assert written.lines.endswith("/inputs/ref_line.0001.exr") and str(shot / "cmft") in written.lines
    assert np.array_equal(read_exr(written.lines)["rgba.alpha"], read_exr(shot / "own" / "line.0001.exr")["rgba.alpha"])
    node["sheet"].setValue(False)
    own["frame"].setValue("")
    own["file"].setValue((shot / "own" / "line.%04d.exr").as_posix())
    assert signature.signature(node) == connected != bare
    node.setInput(3, None)
    assert signature.signature(node) == bare


def test_one_cache_for_all_nodes(terminal, tmp_path, monkeypatch):
    """CMFT_CACHE names the folder of every node that has none of its own."""
    _, node = terminal
    from cmft_nuke import shot_job

    monkeypatch.setenv("CMFT_CACHE", str(tmp_path / "all"))
    assert shot_job.prepare(node).job.out.startswith(f"{tmp_path / 'all'}/{node['uid'].value()}/")
    node["cache"].setValue((tmp_path / "own").as_posix())
    assert shot_job.prepare(node).job.out.startswith(f"{tmp_path / 'own'}/")

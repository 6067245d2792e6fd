"""The Cattery folder: complete, in the schema that Nuke reads, sound as a script, and packed in the right order."""

import json
import re

import numpy as np
import pytest

from cmft_engine import cli
from cmft_engine.export import gizmo
from cmft_engine.export.cattery import KNOBS, cat_json, write_cattery
from cmft_engine.image.plate import read_plate
from cmft_engine.protocol.errors import InputError
from tests.nuke.host import Host, RenderError, structure
from tests.nuke.host.nk_text import Reader

FILES = {"CMFT_Live.pt", "CMFT_Live.gizmo", "CMFT_Live_make_cat.nk", "CMFT_Live.png", "CMFT_Live@2x.png", "cat.json"}
NODES = """Constant {
 inputs 0
 channels rgba
 color {0.1 0.2 0.3 0.4}
 name Painted
}
Constant {
 inputs 0
 channels rgba
 color {{frame} 0.6 0.7 0.8}
 name Lines
}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory, random_weights):
    return write_cattery(tmp_path_factory.mktemp("cattery") / "CMFT_Live", weights=random_weights).folder


def as_group(text: str) -> str:
    """A gizmo is a Group under another word; Nuke reads both alike."""
    assert text.startswith("Gizmo {\n")
    return text.replace("Gizmo {", "Group {", 1).replace("{\n inputs 2\n", "{\n inputs 2\n name Live\n", 1)


def test_folder_is_complete(folder):
    """Every file that another one names is there, and no temporary one."""
    assert {path.name for path in folder.iterdir()} == FILES
    for name, side in (("CMFT_Live.png", 26), ("CMFT_Live@2x.png", 52)):
        assert read_plate(folder / name).pixels.shape == (side, side, 4)


def test_cat_json_is_what_nuke_reads(folder):
    """The fields and types that Nuke's Cattery menu asks for; files are named relative to it and exist."""
    content = json.loads((folder / "cat.json").read_text())
    assert content == cat_json()
    kinds = {"minimum_nuke_version_required": float, "version": int, "category": str, "description": str, "cats": list}
    assert {name: type(value) for name, value in content.items()} == kinds
    (cat,) = content["cats"]
    assert set(cat) == {"filepath", "name", "icon"}
    assert (folder / cat["filepath"]).is_file() and (folder / cat["icon"]).is_file()


def test_scripts_are_sound(folder):
    """Gizmo and script pass every rule of the strict reader: links, expressions, channels, Python of Nuke 13."""
    for name in ("CMFT_Live.gizmo", "CMFT_Live_make_cat.nk"):
        text = (folder / name).read_text()
        reader = Reader()
        tree = reader.read(as_group(text) if name.endswith("gizmo") else text)
        assert structure.check(tree, reader) == []


def test_creator_has_the_model_s_knobs(folder):
    """What CatFileCreator hands on as knobs are the model's attributes, with its defaults; the model lies beside."""
    with Host(gui=False, plugin_path=[]) as host:
        host.nuke.scriptOpen((folder / "CMFT_Live_make_cat.nk").as_posix())
        node = host.nuke.toNode("Make_CMFT_Live")
        assert {knob.name: node[knob.name].value() for knob in KNOBS} == {knob.name: knob.value for knob in KNOBS}
        assert node["torchScriptFile"].evaluate() == (folder / "CMFT_Live.pt").as_posix()
        assert node["catFile"].evaluate() == (folder / "CMFT_Live.cat").as_posix()
        assert node["channelsIn"].value().split(",") == list(gizmo.CHANNELS_IN)


def test_pictures_are_packed_as_the_model_takes_them(folder):
    """Line, painted frame and its line, held at the reference frame, lie in the channels of channelsIn."""
    with Host(gui=True, plugin_path=[]) as host:
        painted, lines = host.load(NODES)
        (live,) = host.load(as_group((folder / "CMFT_Live.gizmo").read_text()))
        live.setInput(0, lines)
        live.setInput(1, painted)
        host.nuke.frame(5)
        host.press(live, "set_frame")
        assert live["reference_frame"].value() == 5
        found = host.render(live.node("PackLines"), 9)
        values = [found[name][0, 0] for name in gizmo.CHANNELS_IN]
        assert np.allclose(values, [9, 0.6, 0.7, 0.8, 0.1, 0.2, 0.3, 0.4, 5, 0.6, 0.7, 0.8])
        for index, source in ((1, painted), (0, lines)):
            live.setInput(index, None)
            with pytest.raises(RenderError, match="CMFT Live: connect line and ref"):
                host.render(live, 9)
            live.setInput(index, source)
        assert set(live.node("Inference")["channelsIn"].value().split(",")) == set(gizmo.CHANNELS_IN)


def test_command(tmp_path, random_weights, capsys):
    """`cmft export cattery` writes the folder, says what to do in Nuke, and replaces nothing unasked."""
    arguments = ["export", "cattery", "--out", str(tmp_path / "live")]
    assert cli.run(arguments) == 0 and "Create .cat" in capsys.readouterr().out
    assert cli.run(arguments) == 2 and cli.run([*arguments, "--overwrite"]) == 0
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="choose another folder"):
        write_cattery(tmp_path / "file", weights=random_weights)


def test_file_of_someone_else_stays(tmp_path, random_weights):
    """A folder with another model's cat.json is not written into, and gets no half of ours."""
    (tmp_path / "cat.json").write_text("theirs")
    with pytest.raises(InputError, match=r"cat\.json exists; add --overwrite"):
        write_cattery(tmp_path, weights=random_weights)
    assert [path.name for path in tmp_path.iterdir()] == ["cat.json"]
    assert (tmp_path / "cat.json").read_text() == "theirs"


def test_every_knob_is_explained(folder):
    """No knob of the gizmo is without a tooltip."""
    text = (folder / "CMFT_Live.gizmo").read_text()
    knobs = re.findall(r"addUserKnob \{(.*)\}$", text, re.MULTILINE)
    assert len(knobs) == 3 + len(KNOBS) + 2 and all(re.search(r' t "[^"]{10,}"', knob) for knob in knobs)

"""The add-on without its engine: registering, the node and its properties, its copies, and what it refuses."""

import os

import pytest

from cmft_engine.protocol.settings import SETTINGS, Setting, Settings
from tests.blender.conftest import FRAMES, SOURCE, same_pixels, write_shot
from tests.protocol import quick_engine


@pytest.fixture(scope="session")
def built(blender, addon, tmp_path_factory):
    """Build the node once a Blender."""
    return blender.run("building.node", tmp_path_factory.mktemp("node"), addon=SOURCE, root=addon["root"])


def test_registering_leaves_no_trace(blender, addon, tmp_path):
    """Enabled, disabled, and again: what was there is there again, and nothing stays."""
    one, none, again, left = blender.run("building.register", tmp_path, addon=SOURCE, root=addon["root"])["found"]
    assert one == again and none == left
    assert one["property"] and "colorize" in one["operators"] and "CMFT_PT_node" in one["types"]
    assert set(one["handlers"]) == {"load_pre", "load_post", "save_pre", "render_init", "render_pre"}
    assert none == {"types": [], "operators": [], "property": False, "handlers": {}}


def test_node_is_a_plain_group(built):
    """The node is a group of Blender's own nodes with the sockets that are promised, and says what to do."""
    assert built["idname"] == "CompositorNodeGroup"
    assert built["inputs"] == [["Line Art", "RGBA"], ["Reference", "RGBA"], ["Reference Lines", "RGBA"]]
    assert built["outputs"] == [["Color", "RGBA"], ["Alpha", "VALUE"], ["Confidence", "VALUE"], ["Flats", "RGBA"],
                                ["Unknown", "VALUE"], ["Kind", "VALUE"]]
    assert built["inner"] == ["CompositorNodeImage", "NodeGroupInput", "NodeGroupOutput"]
    assert built["state"] == 0 and built["label"] == "CMFT: not coloured"
    assert "connect Line Art and Reference" in built["status"]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_settings_are_the_protocol_s(built, setting: Setting):
    """Every setting of the engine is a property with its label, help, default, limits and choices."""
    found = built["settings"][setting.name]
    kinds = {"choice": "ENUM", "bool": "BOOLEAN", "int": "INT", "float": "FLOAT", "text": "STRING"}
    assert found["label"] == setting.label and found["kind"] == kinds[setting.kind]
    assert found["help"] == setting.help.rstrip(".")
    assert found["default"] == (pytest.approx(setting.default) if setting.kind == "float" else setting.default)
    assert found["choices"] == list(setting.choices)
    if setting.kind in ("int", "float"):
        assert (found["low"], found["high"]) == (setting.minimum, setting.maximum)


def test_old_names_of_settings_are_read(built):
    """A file that keeps a setting under its old name hands the value to today's property, and is told so."""
    assert built["renamed"] == {"temporal_radius": 3, "left": False}
    assert "the setting around is now called temporal_radius" in built["stderr"]


REFUSED = {
    "no node": "there is no CMFT node; add one",
    "no line art": "Line Art is not connected; plug the line-art sequence in",
    "no reference": "Reference is not connected; plug the painted frames in",
    "frames": "frames: '1001-x' is not allowed",
    "custom": "the range is custom but no frames are written",
    "palette": "there is no palette",
    "name": "there is no CMFT node 'Other'; there are: CMFT Colorize",
    "report": "there is no report yet; press Colorize first",
    "cryptomatte": "it is not coloured yet; press Colorize first",
    "remove": "the list of references is empty",
    "shifted away": "has no file for the frames 1-3 of the scene; check Start Frame and Offset",
    "twice": "frame 1001 is on the list of references twice",
    "shared": "2 nodes share this group",
    "gone": "there is no picture",
    "unsaved": "the image Unsaved on Reference has changes that are not saved; save or pack it",
    "no folder": "; choose another Cache Folder",
    "quote": "engine missing: No closing quotation in '/opt/cmft run; correct Engine Command",
    "no program": "engine missing: there is no cmft-of-nowhere; correct Engine Command",
    "spaces": "/my, for a path with spaces needs quotes: ",
    "taken apart": "the node Result inside of it is gone; add a new CMFT node",
}


@pytest.fixture(scope="session")
def refused(blender, addon, shot, tmp_path_factory):
    """Ask once a Blender for all that cannot be."""
    folder = tmp_path_factory.mktemp("refused")
    return blender.run("building.refusals", folder, addon=SOURCE, root=addon["root"], shot=shot, gone=folder / "gone")


@pytest.mark.parametrize("wrong", REFUSED)
def test_refusals_say_what_to_do(refused, wrong):
    """What cannot be done is refused in a sentence that names the thing and the remedy."""
    assert REFUSED[wrong] in refused[wrong]


def test_engine_is_missing(blender, colored, quick, shot, tmp_path):
    """Without an engine a new node says so and keeps saying it; one with a result goes on to show it.

    The test of the engine fails likewise, and once there is one it shows what the engine's doctor says.
    """
    quick_engine.set_options(tmp_path, doctor="cmft 0.1\ndevice cpu")
    missing = tmp_path / "nowhere" / "python"
    said = blender.run("building.no_engine", tmp_path / "run", shot=shot, blend=colored.copy(tmp_path), **quick,
                       missing=f"{missing} -m cmft_engine")
    sentence = f"engine missing: there is no {missing}"
    assert sentence in said["new"] and sentence in said["test"] and sentence in said["coloured"]
    assert said["new_state"]["state"] == said["stays"]["state"] == 3
    assert said["new_state"]["label"] == "CMFT: engine missing" and sentence in said["new_state"]["status"]
    assert said["coloured_state"]["state"] == 1
    assert said["tested"] == ["FINISHED"]
    assert said["shown"].splitlines()[1:] == ["cmft 0.1", "device cpu"]


def test_state_follows_inputs_and_settings(blender, colored, addon, tmp_path):
    """A changed setting, offset or file makes the node stale, changing it back makes it ready again; looks do not."""
    found = blender.run("building.stale", tmp_path / "run", addon=SOURCE, root=addon["root"],
                        blend=colored.copy(tmp_path))
    ready, is_stale = 1, 2
    assert {name: found[name] for name in ("opened", "setting back", "moved and renamed", "touched back",
                                           "plates back", "coloured as here")} == dict.fromkeys(
        ("opened", "setting back", "moved and renamed", "touched back", "plates back", "coloured as here"), ready)
    assert found["coloured by a later version"] == is_stale and found["title"] == "CMFT of my own"
    assert found["setting"] == found["offset"] == found["touched plate"] == is_stale
    assert found["sentence"].startswith("stale: an input or a setting has changed") and found["label"] == "CMFT: stale"
    assert found["plates gone"] == 0 and "the plates are gone" in found["gone"]


def test_signature_sees_the_graph(blender, addon, tmp_path):
    """Every change in the nodes before the node gives another signature, inside of groups and curves too.

    What is animated counts by its keys, so that the playhead changes nothing.
    """
    found = blender.run("building.graph", tmp_path, addon=SOURCE, root=addon["root"])
    del found["stdout"], found["stderr"]
    assert found["first"] == found.pop("nothing") and found["keys"] == found.pop("playhead")
    assert len(set(found.values())) == len(found) == 13


def test_copies_and_undo(blender, colored, addon, tmp_path):
    """A copied group gets an identity of its own, a renamed one keeps its; undo and redo bring all of it back."""
    blend = colored.copy(tmp_path)
    found = blender.run("building.copies", tmp_path / "run", addon=SOURCE, root=addon["root"], blend=blend,
                        out=tmp_path / "out")
    first, second, again, renamed = found["ids"]
    assert first == again == renamed == colored.said["uid"] and second != first
    assert found["undone"]["gap"] == Settings.from_dict({}).gap_px
    assert found["undone"]["nodes"] == 1 and found["undone"]["state"] == 1
    assert found["undone"]["group"] == "CMFT Colorize"
    assert found["redone"] == {"gap": 9, "nodes": 2}
    same_pixels(tmp_path / "out", colored.plate(1002), 1002)


@pytest.mark.parametrize("link", [False, True], ids=["append", "link"])
def test_group_in_another_file(blender, colored, addon, tmp_path, link):
    """Appended or linked, the group shows the same pixels; a linked one is coloured where it is."""
    found = blender.run("building.brought", tmp_path / "run", **addon, blend=colored.blend, out=tmp_path / "out",
                        link=link)
    assert found["library"] == link and found["uid"] == colored.said["uid"]
    assert ("it is linked from" if link else "Line Art is not connected") in found["refused"]
    for frame in FRAMES:
        same_pixels(tmp_path / "out", colored.plate(frame), frame)


@pytest.mark.parametrize("mode", ["", "paint"])
def test_node_of_an_older_layout(blender, quick, shot, tmp_path, mode):
    """It keeps its inputs' order and its mode, which was flats where none was set, and gets the later outputs."""
    said = blender.run("building.older", tmp_path / "run", **quick, shot=shot, blend=tmp_path / "old.blend", mode=mode)
    assert set(said["before"][1]) == {"Reference", "Line Art", "Color", "Alpha", "Confidence"}
    assert said["before"][0] == ["Reference", "Line Art"] and said["version"] == 3
    assert said["inputs"] == ["Reference", "Line Art", "Reference Lines"]
    assert said["outputs"] == ["Color", "Alpha", "Confidence", "Flats", "Unknown", "Kind"]
    assert said["mode"] == said["job"]["settings"]["mode"] == (mode or "flats") and said["edges"] == "painted"
    assert said["state"] == 1


def test_references_move_with_the_project(blender, quick, tmp_path):
    """One beside the file is kept relative to it; saved elsewhere it is found; one that is gone is named by frame."""
    shot = write_shot(tmp_path / "shot")
    (tmp_path / "other").mkdir()
    said = blender.run("building.moves", tmp_path / "run", **quick, shot=shot, blend=tmp_path / "shot.blend",
                       other=tmp_path / "other" / "shot.blend")
    assert said["beside"] == {"stored": "//shot/painted.1001.png", "there": True, "state": 1}
    assert said["elsewhere"]["there"] and said["elsewhere"]["state"] == 1
    assert "there is no painting of frame 1003: " in said["gone"] and "gone.png" in said["gone"]
    assert said["drawn"] == [f"there is no painting of frame 1003: {tmp_path / 'other' / 'gone.png'}"]


@pytest.mark.usefixtures("usual")
def test_a_still_of_another_frame_is_told(blender, quick, shot, tmp_path):
    """A painting connected as that of another frame than its name says, or of several, is told on the node."""
    said = blender.run("building.stills", tmp_path / "run", **quick, shot=shot, blend=tmp_path / "shot.blend")
    assert said["own"].endswith("no region to check")
    assert "as the painting of frame 1003, and its name says 1001; correct the reference frame" in said["other"]
    assert "2 frames take it as their painting" in said["two"]


def test_esc_that_stops_playback_cancels_nothing(blender, addon, tmp_path):
    """Esc cancels a run, unless something plays: then it is meant for the playback."""
    said = blender.run("building.keys", tmp_path, addon=SOURCE, root=addon["root"])
    assert (said["ESC"], said["A"]) == ([True, False], [False, False])


def test_shot_is_left_alone(shot):
    """Nothing is ever written beside the plates."""
    assert sorted(os.listdir(shot)) == ["lines.1001.png", "lines.1002.png", "lines.1003.png", "painted.1001.png"]

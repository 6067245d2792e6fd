"""A node that an older CMFT has saved takes today's layout, and nothing that matters changes."""

import json
from pathlib import Path

import numpy as np
import pytest

from .conftest import FRAMES, opened

OLD = Path(__file__).with_name("cmft_v1.nk")  # CMFT.nk as layout 1 had it


@pytest.fixture
def old_script(colored, tmp_path):
    """Save the coloured shot with a node of layout 1 in the place of ours, and an upstream and a downstream."""
    with opened(colored.script) as (host, node):
        values = {name: node[name].toScript() for name in ("uid", "first", "last", "signature", "state", "engine",
                                                           "device", "status", "uid_owner")}
        result = {name: node.node("Result")[name].toScript() for name in ("first", "last")}
        result["file"] = node.node("Result")["file"].getEvaluatedValue()  # as layout 1 kept it
        inputs = [node.input(index) for index in range(2)]
        gap, least = (int(node[name].value()) for name in ("gap_px", "min_region_px"))
        host.nuke.delete(node)
        (old,) = host.load(OLD.read_text())
        for index, source in enumerate(inputs):
            old.setInput(index, source)
        for name, value in values.items():
            old[name].fromScript(value)
        for name, value in result.items():
            old.node("Result")[name].fromScript(value)
        old["gap_px"].setExpression(f"{gap - 2}+2")  # the defaults of then were others
        old["min_region_px"].setValue(least)
        old.addKnob(host.nuke.Int_Knob("around"))  # as layout 3 called it
        old["around"].setExpression("0+1")
        (below,) = host.load("NoOp {\n inputs 1\n name Below\n}\n")
        below.setInput(0, old)
        from cmft_nuke import signature

        old["signature"].setValue(signature.signature(old))
        note = colored.plates[1].parent / "node.json"
        recorded = note.read_text()
        note.write_text(json.dumps({"signature": old["signature"].value()}))  # as layout 1 wrote it
        script = tmp_path / "old.nk"
        script.write_text(host.save())
    yield script
    note.write_text(recorded)


def test_old_node_renders_and_is_upgraded(old_script, caplog):
    """The node keeps its name, picture, state, values, expressions and connections; one undo brings it back.

    A knob that has another name today hands on what it holds, and the new name is told.
    """
    with opened(old_script, gui=True) as (host, node):
        from cmft_nuke import api
        from cmft_nuke.knobs import TEMPLATE_VERSION

        below = host.nuke.toNode("Below")
        before = [host.render(below, frame) for frame in FRAMES]
        assert api.status(node).state == "ready" and node.knob("view") is None
        fresh = api.upgrade(node)
        assert fresh.name() == "CMFT1" and fresh["cmft_version"].value() == TEMPLATE_VERSION
        assert below.input(0) is fresh and fresh.input(0).name() == "Line" and fresh.input(1).name() == "Ref"
        assert api.status(fresh).state == "ready" and fresh["gap_px"].toScript() == "{4+2}"
        assert fresh["temporal_radius"].toScript() == "{0+1}" and fresh.knob("around") is None
        assert [record.getMessage() for record in caplog.records] == [
            "CMFT1: the knob around is now called temporal_radius; expressions that name it need the new name"]
        for frame, seen in zip(FRAMES, before, strict=True):
            found = host.render(below, frame)
            assert all(np.array_equal(found[name], pixels) for name, pixels in seen.items())
        host.nuke.undo()
        back = host.nuke.toNode("CMFT1")
        assert back["cmft_version"].value() == 1 and below.input(0) is back
        assert [found.name() for found in host.nuke.allNodes("Group")] == ["CMFT1"]


def test_menu_upgrades_all(old_script):
    """Upgrade nodes says which it has upgraded, and that there is nothing more to do."""
    with opened(old_script, gui=True) as (host, _):
        host.choose("Nodes/CMFT/Upgrade nodes")
        host.choose("Nodes/CMFT/Upgrade nodes")
        assert host.messages == ["Upgraded: CMFT1.", "All CMFT nodes are of this version."]
        node = host.nuke.toNode("CMFT1")
        host.press(node, "upgrade")
        assert "of this version already" in host.messages[-1]
        host.nuke.scriptSave(old_script.as_posix())
        assert "cmft_version 1\n" not in old_script.read_text()


def test_nothing_that_was_added_is_lost(old_script):
    """A node to which someone has added a knob or a node is left as it is, with a sentence that names them."""
    with opened(old_script, gui=True) as (host, node):
        with node:
            host.nuke.createNode("Dot", inpanel=False).setName("Mine")
        host.choose("Nodes/CMFT/Upgrade nodes")
        (said,) = host.messages
        assert "CMFT1 has Mine of its own" in said and host.nuke.toNode("CMFT1") is node
        assert [found.name() for found in host.nuke.allNodes("Group")] == ["CMFT1"]


def test_button_upgrades_after_its_code(old_script, monkeypatch):
    """The button's node goes only when Nuke has left its code; the new one stands in its place."""
    with opened(old_script, gui=True) as (host, node):
        from cmft_nuke import buttons
        from cmft_nuke.knobs import TEMPLATE_VERSION

        buttons.press("upgrade", node)
        assert host.nuke.toNode("CMFT1") is node
        assert host.run_main_loop(20, until=lambda: host.nuke.toNode("CMFT1") is not node)
        assert host.nuke.toNode("CMFT1")["cmft_version"].value() == TEMPLATE_VERSION and host.messages == []


def test_upgraded_node_goes_on_colouring(old_script, colored):
    """After the upgrade Colorize finds the finished frames in the same folder: nothing is done twice."""
    with opened(old_script) as (host, node):
        from cmft_nuke import api

        fresh = api.upgrade(node)
        assert fresh["uid"].value() == host.nuke.toNode("CMFT1")["uid"].value() != ""
        assert Path(api.status(fresh).result).parent == colored.plates[1].parent


@pytest.mark.parametrize("mode", ["flats", "paint"])
def test_choice_of_two_is_kept(old_script, mode):
    """A mode that was saved when there were two is the same among three; settings that came later have defaults."""
    with opened(old_script) as (_, node):
        from cmft_nuke import api

        assert node["mode"].values() == ["flats", "paint"]
        node["mode"].setValue(mode)
        fresh = api.upgrade(node)
        assert fresh["mode"].value() == mode and fresh["mode"].values() == ["flats", "paint", "auto"]
        assert (fresh["edges"].value(), fresh["unknown"].value()) == ("painted", "guess")

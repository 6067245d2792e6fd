"""CMFT.nk: what the template writes, complete and safe; its buttons without the plug-in."""

import ast

import pytest

from cmft_engine.protocol.settings import SETTINGS
from tests.nuke.host import Host

from .conftest import PLUGIN, opened

KINDS = {"choice": "Enumeration_Knob", "bool": "Boolean_Knob", "int": "Int_Knob", "float": "Double_Knob",
         "text": "EvalString_Knob"}


@pytest.fixture
def node():
    """Load the checked-in file into a host without the plug-in."""
    with Host(gui=True, plugin_path=[]) as host:
        (made,) = host.load((PLUGIN / "CMFT.nk").read_text())
        yield host, made


def test_checked_in_file_is_current():
    """CMFT.nk is what the template writes today."""
    with Host(gui=False, plugin_path=[str(PLUGIN)]):
        from cmft_nuke.template import template_text

        assert (PLUGIN / "CMFT.nk").read_text(encoding="utf-8") == template_text()


def test_example_opens():
    """example.nk is current too; it opens on the example shot, ready for one press of Colorize."""
    with Host(gui=True, plugin_path=[str(PLUGIN)]) as host:
        from cmft_nuke import shot_job
        from cmft_nuke.template import EXAMPLE, example_text

        assert EXAMPLE.read_text(encoding="utf-8") == example_text()
        host.nuke.scriptOpen(EXAMPLE.as_posix())
        made = host.nuke.toNode("CMFT1")
        assert [made.input(index) and made.input(index).name() for index in range(3)] == ["lines", "painted", None]
        assert shot_job.wanted_frames(made) == tuple(range(1001, 1025))
        assert shot_job.reference_frames(made) == (1001,)
        lines, painted = host.render(made.input(0), 1024), host.render(made.input(1), 1001)
        assert lines["rgba.red"].shape == painted["rgba.red"].shape


def test_every_setting_has_its_knob(node):
    """Each setting of the engine is a knob of its kind, with its default, choices, limits and help."""
    _, made = node
    for setting in SETTINGS:
        knob = made[setting.name]
        assert knob.Class() == KINDS[setting.kind] and knob.value() == setting.default, setting.name
        assert knob.label() == setting.label and setting.help in knob.tooltip()
        if setting.choices:
            assert tuple(knob.values()) == setting.choices
        if setting.minimum is not None:
            assert (knob.min(), knob.max()) == (setting.minimum, setting.maximum)


def test_every_knob_has_a_tooltip(node):
    """Nothing on the node is without an explanation."""
    _, made = node
    own = [knob for knob in made.allKnobs() if knob.name() in user_knobs()]
    assert len(own) == len(user_knobs())
    assert [knob.name() for knob in own if len(knob.tooltip()) < 10] == []
    assert "docs/nuke.md" in made["help"].value()


def user_knobs():
    """Return the names of the knobs that the template adds."""
    text = (PLUGIN / "CMFT.nk").read_text()
    return [line.split()[2] for line in text.splitlines() if line.strip().startswith("addUserKnob")]


def test_inputs_are_named_in_order(node):
    """The arrows are line, ref, mask and ref_line."""
    _, made = node
    found = sorted((inner["number"].value(), inner.name()) for inner in made.nodes() if inner.Class() == "Input")
    assert found == [(0, "line"), (1, "ref"), (2, "mask"), (3, "ref_line")] and made.maxInputs() == 4


def test_code_on_the_node_is_for_the_oldest_nuke(node):
    """Buttons and callbacks are written in the syntax of Python 3.7."""
    _, made = node
    codes = [knob.command() for knob in made.allKnobs() if knob.Class() == "PyScript_Knob"]
    assert len(codes) == 17
    for code in [*codes, made["knobChanged"].value()]:
        ast.parse(code, feature_version=(3, 7))


@pytest.mark.parametrize("button", ["colour", "troubleshoot", "freeze"])
def test_buttons_without_the_plug_in(colored, button):
    """Where the plug-in is not installed a button says so; opening the panel and editing stay silent."""
    with opened(colored.script, gui=True, plugin=False) as (host, node):
        host.open_panel(node)
        host.edit(node, "gap_px", 5)
        assert host.messages == []
        host.press(node, button)
        assert "not installed" in host.messages[-1] and "python3 install.py nuke" in host.messages[-1]


def test_nothing_on_the_farm_but_the_result_is_a_file(colored):
    """Submitters ship what file knobs name: the result's plates alone, and they exist."""
    with opened(colored.script, plugin=False) as (_, node):
        named = {}
        for inner in [node, *node.nodes()]:
            for knob in inner.allKnobs():
                if knob.Class() == "File_Knob" and knob.getText() and not inner["disable"].value():
                    named[inner.name(), knob.name()] = knob.evaluate(2)
        assert list(named) == [("Result", "file")]
        assert named["Result", "file"] == str(colored.plates[2])


def test_layers_are_declared(node):
    """The first frame on a farm knows confidence, flats and the Cryptomatte's layer."""
    host, _ = node
    assert {"confidence", "flats", "CryptoPalette00"} <= set(host.nuke.layers())

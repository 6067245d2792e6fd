"""The fake `nuke` offers nothing that Nuke does not, by the stub of types-nuke."""

import types

import pytest

from tests.nuke.host import Host, stub


@pytest.fixture(scope="module")
def real():
    """The stub, parsed."""
    return stub.parse()


def found(real, **offered):
    """Return what is said against a module of these names."""
    module = types.ModuleType("nuke")
    vars(module).update(offered)
    return list(stub.differences(module, real))


@pytest.mark.parametrize("gui", [True, False])
def test_everything_offered_is_in_the_stub(real, gui):
    """Every function, class, method, parameter and constant exists in Nuke, and optional means optional there too."""
    with Host(gui=gui) as host:
        assert list(stub.differences(host.nuke, real)) == []


def test_the_module_offers_most_of_what_plug_ins_use():
    """The comparison is not about an empty module."""
    with Host() as host:
        assert len([name for name in vars(host.nuke) if not name.startswith("_")]) > 150


def test_unknown_functions_are_noticed(real):
    """A function, a class and a constant that Nuke lacks."""
    assert found(real, autoConnect=lambda: None) == ["nuke.autoConnect: no such function"]
    assert found(real, Job_Knob=type("Job_Knob", (), {})) == ["nuke.Job_Knob: no such class"]
    assert found(real, HAS_CMFT=1) == ["nuke.HAS_CMFT: no such value"]


def test_other_parameters_are_noticed(real):
    """A parameter missing, renamed, added, required or optional where Nuke has it otherwise."""
    assert {"nuke.toNode: Nuke has no parameter name", "nuke.toNode: lacks Nuke's parameter s"} <= set(
        found(real, toNode=lambda name: None))
    assert found(real, toNode=lambda s="": None) == ["nuke.toNode: Nuke requires s"]
    assert found(real, message=lambda prompt, title: None)[0] == "nuke.message: Nuke has no parameter title"
    assert "nuke.knobDefault: requires value, Nuke does not" in found(real, knobDefault=lambda classknob, value: None)
    assert found(real, tprint=lambda *args, end="", sep="": None) == ["nuke.tprint: lacks Nuke's parameter file"]
    assert found(real, filename=lambda i=None, node=None: None)[-1].endswith("another order than ['node', 'i']")


def test_methods_are_compared(real):
    """A method that Nuke lacks, and one with another parameter."""
    class Node:
        def dependencies(self, mask):
            """As in Nuke."""

        def upstream(self):
            """Not in Nuke."""

        def setInput(self, index, node):
            """Another name."""

    said = found(real, Node=Node)
    assert "nuke.Node.upstream: no such method" in said
    assert "nuke.Node.setInput: Nuke has no parameter index" in said
    assert not any("dependencies" in text for text in said)

"""The table of both hosts and the command line is true: what it names is there, and what is missing has its reason."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer.main

from cmft_engine import cli
from cmft_engine.protocol.host.identity import CACHE_VARIABLE
from cmft_engine.protocol.settings import SETTINGS

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "hosts.md"
TOPICS = ("line art of a reference", "mask", "plain result", "job file", "bundle for farms", "views", "older layout",
          "cache folder for all", "region and gap", "palette extract", "jump to a frame", "doubtful tracks",
          "fix a region", "undo a fix", "review window", "stale", "outside")


def rows():
    """Return the table's rows: what it is about, Nuke, Blender, command line."""
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def text_of(folder):
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / folder).glob("*.py")))


def nuke_names():
    """Return the node's knobs, inputs and layers, the functions of its api, and the variable that both hosts read."""
    node = (ROOT / "nuke_plugin" / "CMFT.nk").read_text(encoding="utf-8")
    knobs = re.findall(r"addUserKnob \{\d+ (\w+)", node)
    layers = re.findall(r"add_layer \{(\w+)", node)
    inputs = re.findall(r"Input \{[^}]*name (\w+)", node)
    api = re.findall(r"^def (\w+)", (ROOT / "nuke_plugin/cmft_nuke/api.py").read_text(encoding="utf-8"), re.MULTILINE)
    return {*knobs, *layers, *inputs, *(f"api.{name}" for name in api), f"${CACHE_VARIABLE}"}


def blender_names():
    """Return the add-on's operators, properties, inputs and outputs, and the variable that both hosts read."""
    source = text_of("blender_addon")
    operators = re.findall(r'bl_idname = "(cmft\.\w+)"', source)
    properties = re.findall(r'^ +"?(\w+)"?(?:=|: )\w+Property\(|^ +"?(\w+)"?(?:=|: )_file\(', source, re.MULTILINE)
    sockets = re.findall(r'"([\w ]+)"', (ROOT / "blender_addon/names.py").read_text(encoding="utf-8"))
    return {*operators, *(name for pair in properties for name in pair if name), *sockets,
            *(setting.name for setting in SETTINGS), f"${CACHE_VARIABLE}"}


def command_names():
    """Return the commands, as one types them, and the options of `cmft colorize`."""
    command: Any = typer.main.get_command(cli.app)
    commands = {f"cmft {name}" for name in command.commands}
    below = {f"cmft {name} {inner}" for name, found in command.commands.items()
             for inner in getattr(found, "commands", {})}
    options = {option for parameter in command.commands["colorize"].params for option in parameter.opts}
    return {*commands, *below, *options}


NAMES = {1: nuke_names, 2: blender_names, 3: command_names}


@pytest.mark.parametrize("column", NAMES, ids=["nuke", "blender", "command line"])
def test_what_is_named_is_there(column):
    """Each name in a cell that is no refusal is a knob, property, operator, command or option of that host."""
    known = NAMES[column]()
    cells = [(row[0], row[column]) for row in rows() if not row[column].startswith("no: ")]
    assert len(cells) > 15
    named = [(about, name) for about, cell in cells for name in re.findall(r"`([^`]+)`", cell)]
    assert [(about, name) for about, name in named if name not in known] == []


def test_what_is_missing_has_its_reason():
    """No cell is empty, and one that refuses says what to do or why."""
    for about, *cells in rows():
        assert len(cells) == 3 and all(len(cell) > 3 for cell in cells), about
        assert all(len(cell) > 15 for cell in cells if cell.startswith("no")), about


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_is_there(topic):
    """Nothing that one of the hosts has is left out of the comparison."""
    assert [row for row in rows() if topic in row[0]]


@pytest.mark.parametrize("kind", ["knob", "operator"])
def test_nothing_is_left_out(kind):
    """Every button of the Nuke node and every operator of the add-on is somewhere in the table."""
    node = (ROOT / "nuke_plugin" / "CMFT.nk").read_text(encoding="utf-8")
    names = re.findall(r"addUserKnob \{22 (\w+)", node) if kind == "knob" else \
        re.findall(r'bl_idname = "(cmft\.\w+)"', text_of("blender_addon"))
    told = {name for row in rows() for cell in row for name in re.findall(r"`([^`]+)`", cell)}
    assert len(names) > 8 and set(names) - told == set()

"""Plain Reads of a result: in the node's place, or beside it in another palette. Main thread only, one undo step."""

import os
from typing import Tuple

import nuke

from cmft_engine.protocol.host.sequences import Plates
from cmft_engine.protocol.host.state import Found, refuse_bad_result
from cmft_engine.protocol.host.tools import swap_palette

from .engine import engine_command
from .nodes import one_undo, set_range, text, value
from .results import look


def freeze(group: nuke.Group) -> nuke.Node:
    """Return a new Read of the result, to which everything that hung on the node is now connected.

    Raises InputError when there is no result, or when it is stale and the node does not show old results.
    """
    shown = good_result(group).shown
    with one_undo("CMFT: freeze {}".format(group.fullName())):
        read = make_read(group, shown.pattern, (shown.first, shown.last))
        read["label"].setValue("CMFT, frozen from {}".format(group.name()))
        for node in group.dependent(nuke.INPUTS):
            for index in range(node.inputs()):
                if node.input(index) == group:
                    node.setInput(index, read)
    return read


def swap(group: nuke.Group, palette: str) -> nuke.Node:
    """Return a new Read of the result in another palette, whose colours have the names of the node's palette file.

    Raises InputError as `freeze`, and when there is no such file; EngineError with what the engine says.
    """
    found = good_result(group)
    swapped = swap_palette(engine_command(text(group, "engine")), Plates(found.shown.pattern), found.coloured,
                           palettes=(text(group, "palette"), palette), name=group.fullName())
    with one_undo("CMFT: swap palette of {}".format(group.fullName())):
        read = make_read(group, swapped.pattern, (found.coloured[0], found.coloured[-1]))
        read["label"].setValue("{} in {}".format(group.name(), os.path.basename(palette)))
    return read


def good_result(group: nuke.Group) -> Found:
    """Return the node's result as it is. Raises InputError as `freeze`."""
    found = look(group)
    refuse_bad_result(found.state, shows_old=value(group, "on_stale") != "error", name=group.fullName())
    return found


def make_read(group: nuke.Group, pattern: str, frames: Tuple[int, int]) -> nuke.Node:
    """Return a new Read beside the node that hands on the plates' own numbers; frames: the first and the last."""
    with group.parent():
        read = nuke.nodes.Read(file=pattern, raw=True, on_error="error")
    set_range(read, *frames)
    read["localizationPolicy"].setValue("off")
    read.setXYpos(group.xpos() + 120, group.ypos())
    return read

"""Turns a result into a plain Read, for scripts that shall not know CMFT. Main thread only, one undo step."""

import nuke

from cmft_engine.protocol.errors import InputError
from cmft_engine.protocol.host.state import NOT_COLOURED, STALE, STALE_TEXT

from .nodes import one_undo, result_pattern, value
from .results import look


def freeze(group: nuke.Group) -> nuke.Node:
    """Return a new Read of the result, to which everything that hung on the node is now connected.

    Raises InputError when there is no result, or when it is stale and the node does not show old results.
    """
    pattern, state = result_pattern(group), look(group).state
    if state == NOT_COLOURED:
        raise InputError("{}: there is no result to freeze; press Colorize first".format(group.fullName()))
    if state == STALE and value(group, "on_stale") == "error":
        raise InputError("{}: {}, or choose to show the old result".format(group.fullName(), STALE_TEXT))
    with one_undo("CMFT: freeze {}".format(group.fullName())):
        read = _make_read(group, pattern)
        for node in group.dependent(nuke.INPUTS):
            for index in range(node.inputs()):
                if node.input(index) == group:
                    node.setInput(index, read)
    return read


def _make_read(group: nuke.Group, pattern: str) -> nuke.Node:
    first, last = int(value(group, "first")), int(value(group, "last"))
    with group.parent():
        read = nuke.nodes.Read(file=pattern, raw=True, on_error="error")
    for name, number in (("first", first), ("last", last), ("origfirst", first), ("origlast", last)):
        read[name].setValue(number)
    read["localizationPolicy"].setValue("off")
    read["label"].setValue("CMFT, frozen from {}".format(group.name()))
    read.setXYpos(group.xpos() + 120, group.ypos())
    return read

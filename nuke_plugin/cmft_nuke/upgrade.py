"""Nodes that were saved by an older CMFT take the layout of this one. Main thread only, one undo step."""

import logging
from typing import List

import nuke

from cmft_engine.protocol.errors import InputError

from .knobs import BUTTON, KNOBS, LINE, TAB, TEMPLATE_VERSION
from .nodes import RESULT, VERSION_KNOB, all_cmft, as_cmft, inner, one_undo, saved_knob, value
from .template import TEMPLATE

log = logging.getLogger(__name__)

_READ = ("file", "first", "last", "origfirst", "origlast")
_LOOKS = ("tile_color", "note_font", "note_font_size", "note_font_color", "hide_input", "postage_stamp")


def layout(group: nuke.Group) -> int:
    """Return the version of the node's layout."""
    return int(value(group, VERSION_KNOB))


def is_outdated(group: nuke.Group) -> bool:
    """Say whether an older CMFT has saved the node."""
    return layout(group) < TEMPLATE_VERSION


def outdated() -> List[nuke.Group]:
    """Return the nodes of the script that an older CMFT has saved."""
    return [group for group in all_cmft() if is_outdated(group)]


def upgrade(group: nuke.Group) -> nuke.Group:
    """Return a node of today's layout in the place of an older one: name, values, connections and result stay.

    A node of today's layout is returned as it is. Raises InputError for one that a later CMFT has made, and for one
    to which knobs or nodes were added, which would be lost.
    """
    if layout(group) > TEMPLATE_VERSION:
        raise InputError("{} was made by a later CMFT (layout {}, here {}); install that one".format(
            group.fullName(), layout(group), TEMPLATE_VERSION))
    if layout(group) == TEMPLATE_VERSION:
        return group
    with one_undo("CMFT: upgrade {}".format(group.fullName())):
        fresh = _paste_beside(group)
        _refuse_additions(fresh, group)
        _take_values(fresh, group)
        _take_place(fresh, group)
    return fresh


def _paste_beside(group: nuke.Group) -> nuke.Group:
    """Paste the template into the Group that the node is in, leaving the selection as it was."""
    with group.parent():
        selected = nuke.selectedNodes()
        for node in selected:
            node.setSelected(False)  # pasting would connect to it
        fresh = as_cmft(nuke.nodePaste(TEMPLATE.as_posix()))
        fresh.setSelected(False)
        for node in selected:
            node.setSelected(True)
    return fresh


def _refuse_additions(fresh: nuke.Group, group: nuke.Group) -> None:
    knobs = set(group.knobs()) - set(fresh.knobs()) - {alias for known in KNOBS for alias in known.aliases}
    nodes = {node.name() for node in group.nodes()} - {node.name() for node in fresh.nodes()}
    added = sorted(knobs) + sorted(nodes)
    if added:
        nuke.delete(fresh)
        raise InputError("{} has {} of its own, which an upgrade would lose; take that off, or make a new node".format(
            group.fullName(), ", ".join(added)))


def _take_values(fresh: nuke.Group, group: nuke.Group) -> None:
    for known in KNOBS:
        knob = saved_knob(group, known)
        if known.kind not in (BUTTON, TAB, LINE) and known.name != VERSION_KNOB and knob is not None:
            fresh[known.name].fromScript(knob.toScript())  # expressions and animation too
            if knob.name() != known.name:
                log.warning("%s: the knob %s is now called %s; expressions that name it need the new name",
                            group.fullName(), knob.name(), known.name)
    for name in _LOOKS:
        fresh[name].fromScript(group[name].toScript())
    theirs, ours = inner(group, RESULT), inner(fresh, RESULT)
    for name in _READ:
        ours[name].fromScript(theirs[name].toScript())


def _take_place(fresh: nuke.Group, group: nuke.Group) -> None:
    """Take over connections, place and name, and delete the older node."""
    for index in range(group.inputs()):
        fresh.setInput(index, group.input(index))
    for node in group.dependent(nuke.INPUTS):
        for index in range(node.inputs()):
            if node.input(index) == group:
                node.setInput(index, fresh)
    name, is_selected = group.name(), group.isSelected()
    fresh.setXYpos(group.xpos(), group.ypos())
    nuke.delete(group)
    fresh.setName(name)
    fresh.setSelected(is_selected)
    fresh["uid_owner"].setValue(fresh.fullName())

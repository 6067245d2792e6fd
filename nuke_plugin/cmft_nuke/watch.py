"""Keeps a node's stored state true while people work: on edits in its panel, when Nuke is idle, at save and render."""

import threading
from typing import Set

import nuke

from cmft_engine.protocol.errors import CmftError
from cmft_engine.protocol.host.state import INCOMPLETE, NOT_COLOURED, STALE

from . import reviewing
from .bake import is_baking
from .moves import settle
from .nodes import all_cmft, find, is_cmft, quietly, value
from .results import refresh_any, seems_different
from .signature import forget

_EVENTS = ("inputChange", "showPanel")
_RESULT_KNOBS = ("state", "status", "first", "last", "signature", "uid", "uid_owner", "xpos", "ypos", "selected",
                 "label", "name", "there", "place", "outside", "cache", "engine", "keep_engine", "fix_point",
                 "fix_color")

_asked: Set[str] = set()  # identities of nodes for which a refresh is on its way


def knob_changed(node: nuke.Node, knob: nuke.Knob) -> None:
    """React to an edit in the open panel; Nuke calls this for nothing else."""
    if is_cmft(node) and (knob.name() in _EVENTS or knob.name() not in _RESULT_KNOBS):
        group = find(str(value_of(node, "uid")), node.fullName())
        if group is not None:
            with quietly():
                refresh_any(group)
            if knob.name() == "showPanel":
                group["status"].setEnabled(False)  # to be read, not written


def value_of(node: nuke.Node, name: str) -> object:
    """Return a knob's value of a node that may be half made."""
    knob = node.knob(name)
    return "" if knob is None else knob.value()


def refresh_all() -> None:
    """Look at every node thoroughly, files on disk too, and store what is true."""
    if is_baking():
        return
    for group in all_cmft():
        forget(group)
        with quietly():
            refresh_any(group)


def before_render() -> None:
    """Look at every node, and say in the terminal which one shows an old result or lacks frames."""
    refresh_all()
    for group in [] if is_baking() else all_cmft():
        state, shows_old = value(group, "state"), value(group, "on_stale") != "error"
        if state == INCOMPLETE or (state == STALE and shows_old):
            nuke.tprint("CMFT: {}: {}".format(group.fullName(), value(group, "status")))


def settle_all() -> None:
    """Name every node's files from where the script is now, found again after a move, and store its true state."""
    for group in all_cmft():
        with quietly():
            _settle_any(group)
    refresh_all()


def _settle_any(group: nuke.Group) -> None:
    try:
        settle(group)
    except CmftError:
        pass  # the node is taken apart, which it says when it is looked at next


def notice(node: nuke.Node) -> None:
    """Look, when Nuke is idle, whether a node has become stale or good again, and have it stored soon after.

    Storing changes the picture, which Nuke forbids in this callback; a thread asks the main thread for it.
    """
    group = find(str(value_of(node, "uid")), node.fullName())
    if group is None or value(group, "state") == NOT_COLOURED or not value(group, "uid"):
        return
    uid, name = str(value(group, "uid")), group.fullName()
    reviewing.look(group)
    if uid not in _asked and _looks_different(group):
        _asked.add(uid)
        threading.Thread(target=_ask, args=(uid, name), name="cmft-watch", daemon=True).start()


def _looks_different(group: nuke.Group) -> bool:
    """Say whether the stored state is no longer true; one that cannot be told is no result."""
    try:
        return seems_different(group)
    except CmftError:
        return True


def _ask(uid: str, name: str) -> None:
    nuke.executeInMainThread(_refresh_one, args=(uid, name))


def _refresh_one(uid: str, name: str) -> None:
    _asked.discard(uid)
    group = find(uid, name)
    if group is not None:
        forget(group)
        with quietly():
            refresh_any(group)

"""Bringing Nuke to a frame and a node: time, viewer, node graph. Main thread only."""

from typing import List, Optional, Tuple

import nuke

from ..fixes import place_in_picture, set_point
from ..nodes import no_undo

_VIEWER_INPUTS = 10


def show_frame(group: nuke.Node, frame: int) -> None:
    """Go to a frame and show the node in the active Viewer."""
    nuke.frame(frame)
    window: Optional[nuke.ViewerWindow] = nuke.activeViewer()
    if window is None or window.node().parent() != group.parent():
        return  # a Viewer shows nodes of its own group alone
    viewer = window.node()
    index = _input_for(viewer, group, window.activeInput())
    if viewer.input(index) != group:
        with no_undo():
            viewer.setInput(index, group)
    window.activateInput(index)


def show_region(group: nuke.Group, frame: int, at: Optional[Tuple[int, int]]) -> None:
    """Go to a frame and put Fix point, whose handle the Viewer draws, at a pixel of its plate; None: where it is."""
    show_frame(group, frame)
    if at is not None and group.knob("fix_point") is not None:
        set_point(group, place_in_picture(group, at, frame))


def _input_for(viewer: nuke.Node, group: nuke.Node, active: Optional[int]) -> int:
    """Return the input that shows the node, else a free one, else the one in use: what is connected stays."""
    shown: List[Optional[nuke.Node]] = [viewer.input(index) for index in range(_VIEWER_INPUTS)]
    if group in shown:
        return shown.index(group)
    return shown.index(None) if None in shown else active or 0


def show_node(group: nuke.Group) -> None:
    """Select the node alone, open its control panel, and bring it to the middle of the node graph."""
    for selected in nuke.selectedNodes():
        selected.setSelected(False)
    group.setSelected(True)
    group.showControlPanel()
    if group.parent() == nuke.root():
        nuke.zoom(1.0, [group.xpos() + group.screenWidth() // 2, group.ypos() + group.screenHeight() // 2])

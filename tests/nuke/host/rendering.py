"""Rendering: `nuke.execute` of Write nodes, frame by frame, with the render callbacks."""

from __future__ import annotations

from typing import List, Optional, Sequence, Tuple, Union

from . import tree
from .base import AnyNode, Session
from .faults import CancelledError, RenderError
from .ranges import FrameRanges
from .schema import CLASSES


def frames(start: Union[int, FrameRanges, None], end: Optional[int], incr: int,
           ranges: Optional[FrameRanges]) -> List[int]:
    """Return the frames that the arguments of `nuke.execute` name."""
    if ranges is None and isinstance(start, FrameRanges):
        ranges = start
    if ranges is not None:
        return ranges.toFrameList()
    if not isinstance(start, int):
        raise TypeError("execute needs a first frame or FrameRanges, not {!r}".format(start))
    return list(range(start, (start if end is None else end) + 1, incr or 1))


def execute(session: Session, name_or_node: Union[str, AnyNode], listed: Sequence[int],
            continue_on_error: bool = False, views: Sequence[str] = ("main",)) -> None:
    """Render frames of one node; raises RuntimeError, or CancelledError when the person cancels."""
    session.on_main_thread("nuke.execute")
    node = name_or_node if isinstance(name_or_node, AnyNode) else session.find_node(name_or_node)
    if node is None:
        raise RuntimeError("{} is not a node".format(name_or_node))
    node._alive()
    if not CLASSES[node._class].executable:
        raise RuntimeError("{} is not executable".format(node.fullName()))
    if node["disable"].value():
        raise RuntimeError("{} is disabled".format(node.fullName()))
    if session.rendering is not None:
        raise RuntimeError("I'm already executing something else")
    session.callbacks.run("beforeRender", node)
    try:
        for frame in listed:
            for view in views:
                _frame(session, node, (frame, view), continue_on_error)
    finally:
        session.rendering = None
    session.callbacks.run("afterRender", node)


def _frame(session: Session, node: AnyNode, at: Tuple[int, str], continue_on_error: bool) -> None:
    from .pixels import write
    frame, view = at
    if view not in session.views:
        raise RuntimeError("there is no view {}".format(view))
    if session.render_cancelled_at is not None and frame >= session.render_cancelled_at:
        session.render_cancelled_at = None
        raise CancelledError("Cancelled")
    session.rendering = at
    session.callbacks.run("beforeFrameRender", node)
    try:
        write.write(session, node, frame)
    except RenderError as error:
        session.log.append(str(error))
        if not continue_on_error:
            raise
    session.callbacks.run("afterFrameRender", node)


def render_script(session: Session, first: int, last: int) -> List[str]:
    """Render every enabled Write of the script, also inside Groups, as `nuke -x`; return the names rendered."""
    done = []
    writes = [node for node in tree.descendants(session.root, True) if node._class == "Write"]
    for node in sorted(writes, key=lambda write: float(write["render_order"].value())):
        if not node["disable"].value():
            execute(session, node, list(range(first, last + 1)), views=session.views)
            done.append(node.fullName())
    return done

"""From a node to its picture: inputs first, groups by their Output, Assert and disabled nodes as Nuke treats them."""

from __future__ import annotations

from .. import tree
from ..base import AnyNode, Session
from ..faults import RenderError, ScriptError
from . import operators, read
from .frame import Frame
from .picture import Picture


def image(session: Session, node: AnyNode, frame: float) -> Picture:
    """Return a node's picture at a frame; raises RenderError."""
    session.on_main_thread("computing pixels")
    node._alive()
    picture = Frame(session, _compute).picture(node, int(frame))
    return picture.every(_proxy_step(session)) if session.root["proxy"].value() else picture


def _compute(frames: Frame, node: AnyNode, frame: int) -> Picture:
    try:
        if node["disable"].value():
            return frames.picture(node.input(0), frame)
        if node._class == "Group":
            output = tree.output_node(node)
            if output is None:
                raise RenderError(f"{node.fullName()}: no Output inside")
            return frames.picture(output, frame)
        if node._class == "Input":
            if node._group is None or node._group._class != "Group":
                raise RenderError(f"{node.fullName()}: an Input outside a Group")
            return frames.picture(tree.outside(node), frame)
        if node._class == "Read":
            return read.read(frames.session, node, frame)
        if node._class not in operators.OPERATORS:
            raise RenderError(f"{node.fullName()}: {node._class} is not computed by this host")
        operators.refuse_unknown_use(node)
        return operators.OPERATORS[node._class](frames, node, frame)
    except ScriptError as error:
        raise RenderError(f"{node.fullName()}: {error}") from error


def _proxy_step(session: Session) -> int:
    """Return how many pixels make one in proxy mode; whole numbers alone."""
    step = 1 / float(session.root["proxy_scale"].getValue())
    if step != int(step):
        raise RenderError(f"a proxy scale of {1 / step:g} is not computed here")
    return int(step)

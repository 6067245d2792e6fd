"""From a node to its picture: inputs first, groups by their Output, Assert and disabled nodes as Nuke treats them."""

from __future__ import annotations

import contextlib

from ..faults import RenderError, ScriptError
from . import operators, read
from .picture import Picture

DEPTH = 200


class Frame:
    """One evaluation; remembers pictures by node and frame."""

    def __init__(self, session) -> None:
        self.session = session
        self.done = {}
        self.depth = 0

    def picture(self, node, frame) -> Picture:
        """Return a node's picture at a frame; an input that is not connected gives one without channels."""
        if node is None:
            return read.black(self.session)
        key = (id(node), frame)
        if key not in self.done:
            self.depth += 1
            if self.depth > DEPTH:
                raise RenderError(f"{node.fullName()}: the nodes form a loop")
            with _at(self.session, frame):
                self.done[key] = self._compute(node, frame)
            self.depth -= 1
        return self.done[key]

    def _compute(self, node, frame) -> Picture:
        try:
            if node["disable"].value():
                return self.picture(node.input(0), frame)
            if node._class == "Group":
                output = node._output_node()
                if output is None:
                    raise RenderError(f"{node.fullName()}: no Output inside")
                return self.picture(output, frame)
            if node._class == "Input":
                return self._outside(node, frame)
            if node._class == "Read":
                return read.read(self.session, node, frame)
            if node._class not in operators.OPERATORS:
                raise RenderError(f"{node.fullName()}: {node._class} is not computed by this host")
            operators.refuse_unknown_use(node)
            return operators.OPERATORS[node._class](self, node, frame)
        except ScriptError as error:
            raise RenderError(f"{node.fullName()}: {error}") from error

    def _outside(self, node, frame) -> Picture:
        """Return what is connected to the Group at the number of an Input inside it."""
        group = node._group
        if group is None or group._class != "Group":
            raise RenderError(f"{node.fullName()}: an Input outside a Group")
        return self.picture(group.input(group._input_nodes().index(node)), frame)


@contextlib.contextmanager
def _at(session, frame):
    before = session.rendering
    session.rendering = (frame, before[1] if before else session.views[0])
    try:
        yield
    finally:
        session.rendering = before


def image(session, node, frame) -> Picture:
    """Return a node's picture at a frame; raises RenderError."""
    session.on_main_thread("computing pixels")
    node._alive()
    picture = Frame(session).picture(node, int(frame))
    return picture.every(_proxy_step(session)) if session.root["proxy"].value() else picture


def _proxy_step(session) -> int:
    """Return how many pixels make one in proxy mode; whole numbers alone."""
    step = 1 / session.root["proxy_scale"].getValue()
    if step != int(step):
        raise RenderError(f"a proxy scale of {1 / step:g} is not computed here")
    return int(step)

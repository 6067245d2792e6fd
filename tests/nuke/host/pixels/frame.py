"""One evaluation of nodes at a frame: what every node's function is given to ask for the pictures of its inputs."""

from __future__ import annotations

import contextlib
from typing import Callable, Dict, Iterator, Optional, Tuple

from ..base import AnyNode, Session
from ..faults import RenderError
from .picture import Picture

DEPTH = 200


class Frame:
    """Remembers pictures by node and frame; `compute` makes one from its node."""

    def __init__(self, session: Session, compute: Callable[[Frame, AnyNode, int], Picture]) -> None:
        self.session = session
        self._compute = compute
        self._done: Dict[Tuple[AnyNode, int], Picture] = {}
        self._depth = 0

    def picture(self, node: Optional[AnyNode], frame: int) -> Picture:
        """Return a node's picture at a frame; an input that is not connected gives one without channels."""
        if node is None:
            return black(self.session)
        key = (node, frame)
        if key not in self._done:
            self._depth += 1
            if self._depth > DEPTH:
                raise RenderError(f"{node.fullName()}: the nodes form a loop")
            with _at(self.session, frame):
                self._done[key] = self._compute(self, node, frame)
            self._depth -= 1
        return self._done[key]


def black(session: Session) -> Picture:
    """Return a picture without channels in the script's format."""
    size = session.root["format"].value()
    return Picture((0, 0, size.width(), size.height()), (size.width(), size.height()))


@contextlib.contextmanager
def _at(session: Session, frame: int) -> Iterator[None]:
    before = session.rendering
    session.rendering = (frame, before[1] if before else session.views[0])
    try:
        yield
    finally:
        session.rendering = before

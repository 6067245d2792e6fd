"""Functions of `nuke` about where code runs: this node, this knob, and expressions and Tcl seen from there."""

from __future__ import annotations

from typing import Any, Optional

from .base import AnyNode
from .faults import HostFault, ScriptError
from .session import Session

TCL_COMMANDS = ("value", "knob", "exists", "file", "frame", "expression")


class ContextApi:
    """What a callback or a button asks for."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def thisNode(self) -> AnyNode:
        """Outside a callback this is the root; in a call handed to the main thread it is the wrong node: a fault."""
        context = self._session.contexts[-1]
        if context.node is None and len(self._session.contexts) > 1:
            self._session.fault("nuke.thisNode() in a call from another thread is a random node")
        return context.node or self._session.root

    def thisKnob(self) -> Any:
        knob = self._session.contexts[-1].knob
        if knob is None:
            raise ValueError("no knob is in context")
        return knob

    def thisGroup(self) -> AnyNode:
        return self._session.group_now()

    def thisParent(self) -> Optional[AnyNode]:
        return self.thisNode()._group

    def thisRoot(self) -> AnyNode:
        return self._session.root

    def thisClass(self) -> str:
        return self.thisNode()._class

    def thisView(self) -> str:
        return self._session.view_now()

    def expression(self, s: str) -> float:
        return self._session.expressions.number(_context(self._session), s)

    def value(self, knob: str, default: Optional[str] = None) -> str:
        try:
            return self._session.expressions.text(_context(self._session), "[value {}]".format(knob))
        except ScriptError:
            if default is None:
                raise
            return default

    def tcl(self, cmd: str, *args: str) -> str:
        if cmd not in TCL_COMMANDS:
            raise HostFault("nuke.tcl({!r}) is not known to this host".format(cmd))
        words = " ".join([cmd] + ["{" + word + "}" for word in args])
        return self._session.expressions.text(_context(self._session), "[{}]".format(words))


def _context(session: Session) -> AnyNode:
    """Return the node that names are seen from."""
    return session.contexts[-1].node or session.root

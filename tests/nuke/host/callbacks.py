"""Callbacks in Nuke's order: the knob's own code, then those of the class, then those for every class.

Reference: learn.foundry.com, Python developer guide, "Callbacks"; nuke.addKnobChanged of 13.2 ("when the user changes a
knob") and 17.1 ("any knob change ... even when the Properties panel is closed").
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple, Union

from .base import FLAGS, AnyNode, Context, Knob, Session

EVENTS = ("onUserCreate", "onCreate", "onScriptLoad", "onScriptSave", "onScriptClose", "onDestroy", "knobChanged",
          "updateUI", "autolabel", "beforeRender", "beforeFrameRender", "afterFrameRender", "afterRender",
          "renderProgress", "filenameFilter")
WRITE_EVENTS = ("beforeRender", "beforeFrameRender", "afterFrameRender", "afterRender", "renderProgress")
ALWAYS_FROM = (17, 1)  # the release that calls knobChanged with closed panels too


class DummyKnob(NamedTuple):
    """The knob that knobChanged gets for events that are no knob: showPanel, inputChange."""

    text: str

    def name(self) -> str:
        return self.text

    def Class(self) -> str:
        return "Obsolete_Knob"


AnyKnob = Union[Knob, DummyKnob]


class Entry(NamedTuple):
    """A registered callback; `node` when it listens to that one alone."""

    call: Callable[..., Any]
    args: Tuple[Any, ...]
    kwargs: Dict[str, Any]
    node: Optional[AnyNode]


class Callbacks:
    """All registered callbacks of one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.registered: Dict[str, Dict[str, List[Entry]]] = {event: {} for event in EVENTS}
        self._changing: List[AnyNode] = []

    def add(self, event: str, call: Callable[..., Any], args: Any = (), kwargs: Optional[Dict[str, Any]] = None,
            nodeClass: str = "*", node: Optional[AnyNode] = None) -> None:
        self.session.on_main_thread("adding a callback")
        if not callable(call):
            raise ValueError("call must be a callable")
        if kwargs is not None and not isinstance(kwargs, dict):
            raise ValueError("kwargs must be a dictionary")
        entry = Entry(call, args if isinstance(args, tuple) else (args,), kwargs or {}, node)
        listed = self.registered[event].setdefault(nodeClass, [])
        if entry in listed:
            listed.remove(entry)  # each only once, at the end
        listed.append(entry)

    def remove(self, event: str, call: Callable[..., Any], args: Any = (), kwargs: Optional[Dict[str, Any]] = None,
               nodeClass: str = "*", node: Optional[AnyNode] = None) -> None:
        entry = Entry(call, args if isinstance(args, tuple) else (args,), kwargs or {}, node)
        listed = self.registered[event].get(nodeClass, [])
        if entry in listed:
            listed.remove(entry)

    def run(self, event: str, node: AnyNode, knob: Optional[AnyKnob] = None) -> List[Any]:
        """Call everything for an event of a node; exceptions go through, as they abort a render."""
        results = []
        self.session.contexts.append(Context(node, knob, self._group(node)))
        try:
            code = node._knobs.get(event)
            if code is not None and code._state:
                self._execute(node, code._state, event)
            for name, callback in node._callbacks:
                if name == event:
                    callback()
            for nodeClass in (node._class, "*"):
                for call, args, kwargs, only in list(self.registered[event].get(nodeClass, [])):
                    if only is None or only is node:
                        results.append(call(*args, **kwargs))
        finally:
            self.session.contexts.pop()
        return results

    @staticmethod
    def _group(node: AnyNode) -> Optional[AnyNode]:
        """A Group's own code runs inside it: `toNode` finds its children, `createNode` adds to them."""
        return node if node._class in ("Group", "Root") else node._group

    def _execute(self, node: AnyNode, code: str, event: str) -> None:
        name = "<{}.{}>".format(node.fullName(), event)
        exec(compile(code, name, "exec"), self.session.namespace)

    def run_code(self, node: AnyNode, knob: Knob, code: str) -> None:
        """Run a button's code; exceptions go through."""
        self.session.contexts.append(Context(node, knob, self._group(node)))
        try:
            self._execute(node, code, knob._name)
        finally:
            self.session.contexts.pop()

    def knob_changed(self, node: AnyNode, knob: AnyKnob) -> None:
        """Tell of a changed knob, if this release does so for this node."""
        session = self.session
        heard = session.version[:2] >= ALWAYS_FROM or (session.gui and node in session.panels)
        recursive = not isinstance(knob, DummyKnob) and knob._flags & FLAGS["KNOB_CHANGED_RECURSIVE"]
        if not heard or session.loading or (node in self._changing and not recursive):
            return
        self._changing.append(node)
        try:
            self.run("knobChanged", node, knob)
        finally:
            self._changing.remove(node)

    def input_changed(self, node: AnyNode) -> None:
        self.knob_changed(node, DummyKnob("inputChange"))

    def panel_shown(self, node: AnyNode) -> None:
        self.knob_changed(node, DummyKnob("showPanel"))

    def label(self, node: AnyNode) -> str:
        """Return what stands on the node: the autolabel's text, else its name and label."""
        session = self.session
        session.contexts.append(Context(node, None, self._group(node)))
        try:
            code = node._knobs["autolabel"]._state
            if code:
                text = eval(compile(code.strip(), "<autolabel>", "eval"), session.namespace)
                if text is not None:
                    return str(text)
            for nodeClass in (node._class, "*"):
                for call, args, kwargs, _ in reversed(self.registered["autolabel"].get(nodeClass, [])):
                    text = call(*args, **kwargs)
                    if text is not None:
                        return str(text)
        finally:
            session.contexts.pop()
        label = session.expressions.text(node, node["label"]._state)
        return node.name() + ("\n" + label if label else "")

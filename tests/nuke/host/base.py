"""The knob, the node and what both ask of the session: three that know one another, so they share a module.

Everything above takes them from here; the kinds of knob are in knob_numbers.py and knob_texts.py, all methods of
`nuke.Node` in nodes.py, and the session itself in session.py.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Callable, Dict, List, NamedTuple, NoReturn, Optional, Tuple, TypeVar

from . import schema
from .ranges import Format
from .tcl import quoted
from .undo import UndoStack

if TYPE_CHECKING:
    from typing import Protocol

    from .pixels.picture import Picture
else:
    Protocol = object  # Python 3.7 has none

Seen = TypeVar("Seen")
NOT_ATTACHED = "A PythonObject is not attached to a node"
FLAGS = {  # nuke.STARTLINE and so on: this host's own numbers; only the names mean something
    name: 1 << bit for bit, name in enumerate((
        "STARTLINE", "ENDLINE", "INVISIBLE", "DISABLED", "READ_ONLY", "DO_NOT_WRITE", "NO_ANIMATION",
        "NO_UNDO", "ALWAYS_SAVE", "KNOB_CHANGED_RECURSIVE", "EXPAND_TO_WIDTH", "NO_MULTIVIEW", "NO_CHECKMARKS",
        "SAVE_MENU", "TABBEGINGROUP", "TABENDGROUP", "TABKNOB", "TABBEGINCLOSEDGROUP"))
}


class Events(Protocol):
    """The callbacks, as nodes and knobs set them off."""

    def run(self, event: str, node: AnyNode) -> List[Any]: ...
    def run_code(self, node: AnyNode, knob: Knob, code: str) -> None: ...
    def knob_changed(self, node: AnyNode, knob: Knob) -> None: ...
    def input_changed(self, node: AnyNode) -> None: ...
    def panel_shown(self, node: AnyNode) -> None: ...


class Names(Protocol):
    """Expressions and Tcl texts on a node; each raises ScriptError for a name that means nothing."""

    def number(self, node: AnyNode, text: str, frame: Optional[float] = None) -> float: ...
    def text(self, node: AnyNode, text: str, frame: Optional[float] = None) -> str: ...
    def check(self, node: AnyNode, text: str) -> None: ...
    def sources(self, node: AnyNode) -> List[AnyNode]: ...
    def find_knob(self, node: AnyNode, path: str) -> Optional[Knob]: ...


class Session(Protocol):
    """What everything below session.py may ask of the session."""

    gui: bool
    version: Tuple[int, int, int]
    faults: List[str]
    log: List[str]
    undo: UndoStack
    contexts: List[Context]
    namespace: Dict[str, Any]
    plugin_path: List[str]
    rendering: Optional[Tuple[int, str]]
    render_cancelled_at: Optional[int]
    loading: bool
    modified: bool
    panels: List[AnyNode]
    views: List[str]
    layers: Dict[str, List[str]]

    @property
    def root(self) -> AnyNode: ...
    @property
    def callbacks(self) -> Events: ...
    @property
    def expressions(self) -> Names: ...
    def new_root(self) -> None: ...
    def fault(self, message: str) -> NoReturn: ...
    def is_main_thread(self) -> bool: ...
    def on_main_thread(self, what: str) -> None: ...
    def gui_only(self, what: str) -> None: ...
    def touched(self) -> None: ...
    def enter(self, group: AnyNode) -> None: ...
    def leave(self, group: AnyNode) -> None: ...
    def remember(self, node: AnyNode, kind: str, path: str, look: Callable[[], Seen]) -> Seen: ...
    def frame_now(self, frame: Optional[float] = None) -> float: ...
    def set_frame(self, frame: float) -> None: ...
    def view_now(self) -> str: ...
    def add_layer(self, name: str, channels: List[str]) -> None: ...
    def format_named(self, text: str) -> Format: ...
    def find_node(self, name: str) -> Optional[AnyNode]: ...
    def directory(self) -> str: ...
    def open_panel(self, node: AnyNode) -> None: ...
    def image(self, node: AnyNode, frame: Optional[float] = None) -> Picture: ...
    def error_of(self, node: AnyNode) -> Optional[str]: ...
    def op_hashes(self, node: AnyNode) -> List[int]: ...
    def frame_range(self, node: AnyNode) -> Tuple[int, int]: ...


class Knob:
    """A knob without a value of its own kind; `_state` is whatever its class keeps, never changed in place."""

    _writes_value = True  # whether a script holds a line for it

    def __init__(self, name: str = "", label: Optional[str] = None, *args: Any) -> None:
        self._node: Optional[AnyNode] = None
        self._name, self._label, self._tooltip, self._flags = name, label, "", 0
        self._user: Optional[int] = None  # the addUserKnob id, when it is a user's knob
        self._group = 0  # of a user's tab: 1 opens a group of knobs, -1 closes it
        self._file_flags: List[str] = []  # the flags of a user's knob as its script has them
        self._state: Any = self._first_state(*args)
        self._default: Any = self._state

    def _first_state(self, *args: Any) -> Any:
        return None

    def __repr__(self) -> str:
        return "<{} {}>".format(self.Class(), self._name)

    def _session(self, for_change: bool = False) -> Optional[Session]:
        """Return the session, None when on no node; raises when the node is deleted or the thread is wrong."""
        return None if self._node is None else self._node._alive(for_change)

    def _on_node(self, for_change: bool = False) -> Tuple[AnyNode, Session]:
        """Return node and session; raises ValueError when it is on none."""
        if self._node is None:
            raise ValueError("{}: the knob is on no node".format(self._name))
        return self._node, self._node._alive(for_change)

    def _write(self, state: Any) -> None:
        """Set the state, undoably, and call what listens to knobs."""
        session = self._session(for_change=True)
        before = self._state
        self._state = state
        if session is None or self._node is None or state == before:
            return
        if not self._flags & FLAGS["NO_UNDO"]:
            session.undo.record("{} {}".format(self._node.name(), self._name),
                                lambda: self._restore(before), lambda: self._restore(state))
        session.touched()
        session.callbacks.knob_changed(self._node, self)

    def _restore(self, state: Any) -> None:
        self._state = state

    def Class(self) -> str:
        return type(self).__name__

    def name(self) -> str:
        return self._name

    def setName(self, name: str) -> None:
        self._name = name

    def label(self) -> str:
        return self._name if self._label is None else self._label

    def setLabel(self, label: str) -> None:
        self._session(for_change=True)
        self._label = label

    def tooltip(self) -> str:
        return self._tooltip

    def setTooltip(self, tooltip: str) -> None:
        self._tooltip = tooltip

    def node(self) -> Optional[AnyNode]:
        self._session()
        return self._node

    def fullyQualifiedName(self, channel: int = -1) -> str:
        return "{}.{}".format(self._on_node()[0].fullName(), self._name)

    def setFlag(self, flag: int) -> None:
        self._session(for_change=True)
        self._flags |= flag

    def clearFlag(self, flag: int) -> None:
        self._session(for_change=True)
        self._flags &= ~flag

    def getFlag(self, flag: int) -> bool:
        return bool(self._flags & flag)

    def setEnabled(self, enabled: bool) -> None:
        (self.clearFlag if enabled else self.setFlag)(FLAGS["DISABLED"])

    def enabled(self) -> bool:
        return not self._flags & FLAGS["DISABLED"]

    def setVisible(self, visible: bool) -> None:
        (self.clearFlag if visible else self.setFlag)(FLAGS["INVISIBLE"])

    def visible(self) -> bool:
        return not self._flags & FLAGS["INVISIBLE"]

    def error(self, message: str = "") -> None:
        self._on_node()[1].log.append("error: " + message)

    def critical(self, message: str = "") -> None:
        self._on_node()[1].log.append("critical: " + message)

    def warning(self, message: str = "") -> None:
        self._on_node()[1].log.append("warning: " + message)

    def debug(self, message: str = "") -> None:
        self._on_node()[1].log.append("debug: " + message)

    def value(self, index: int = 0) -> Any:
        self._session()
        return self._state

    def getValue(self, channel: int = 0) -> Any:
        return self.value()

    def setValue(self, val: Any, chan: int = -1) -> Any:
        self._write(val)
        return True

    def hasExpression(self, index: int = -1) -> bool:
        return False

    def isAnimated(self, channel: int = -1) -> bool:
        return False

    def toScript(self, quote: bool = False, context: Any = None) -> str:
        self._session()
        text = self._script()
        return quoted(text) if quote else text

    def fromScript(self, script: str) -> bool:
        self._write(self._read(script))
        return True

    def _script(self) -> str:
        return "" if self._state is None else str(self._state)

    def _read(self, word: str) -> Any:
        """Return the state that a script's word stands for; raises ScriptError."""
        return word

    def _saved(self) -> str:
        """Return the value as it stands in a .nk file, quoted where needed."""
        return quoted(self._script()) if self._script() else '""'

    def _is_default(self) -> bool:
        return bool(self._state == self._default)


class AnyNode:
    """A node as all rooms of the host see it: identity, knobs and wires. Made as a Node of nodes.py alone.

    Once deleted, every method raises ValueError, as in Nuke; off the main thread it is a fault.
    """

    def __init__(self, session: Session, class_name: str, group: Optional[AnyNode]) -> None:
        self._session, self._class, self._group = session, class_name, group
        self._knobs: Dict[str, Knob] = OrderedDict()
        self._inputs: List[Optional[AnyNode]] = []
        self._children: List[AnyNode] = []  # of a Group or the root
        self._deleted = False
        self._callbacks: List[Tuple[str, Callable[[], object]]] = []
        self._reloads = 0  # presses of a Read's reload button

    def _attach(self, knob: Knob) -> None:
        knob._node = self
        self._knobs[knob._name] = knob

    def _detach(self, knob: Knob) -> None:
        self._knobs.pop(knob._name)

    def _alive(self, for_change: bool = False) -> Session:
        """Return the session; raises when deleted, a fault off the main thread."""
        if self._deleted:
            raise ValueError(NOT_ATTACHED)
        self._session.on_main_thread("{} of a node".format("change" if for_change else "use"))
        return self._session

    def __repr__(self) -> str:
        return "<{} {}>".format(self._class, "deleted" if self._deleted else self._knobs["name"]._state)

    def __getitem__(self, name: str) -> Knob:
        self._alive()
        if name not in self._knobs:
            raise NameError("knob {} does not exist".format(name))
        return self._knobs[name]

    def __len__(self) -> int:
        return len(self._knobs)

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def Class(self) -> str:
        self._alive()
        return self._class

    def name(self) -> str:
        self._alive()
        return str(self._knobs["name"]._state)

    def fullName(self) -> str:
        self._alive()
        above = self._group.fullName() if self._group is not None and self._group._group is not None else ""
        return "{}.{}".format(above, self.name()) if above else self.name()

    def setName(self, name: str, uncollide: bool = True, updateExpressions: bool = False) -> None:
        raise NotImplementedError

    def _maximum(self) -> int:
        return schema.CLASSES[self._class].maximum

    def inputs(self) -> int:
        self._alive()
        return len(self._inputs)

    def input(self, index: int) -> Optional[AnyNode]:
        self._alive()
        return self._inputs[index] if 0 <= index < len(self._inputs) else None

    def canSetInput(self, i: int, node: Optional[AnyNode]) -> bool:
        if not 0 <= i < self._maximum() or node is self or (node is not None and node._group is not self._group):
            return False
        return node is None or self not in upstream(node)

    def setInput(self, i: int, node: Optional[AnyNode]) -> bool:
        session = self._alive(for_change=True)
        if not self.canSetInput(i, node):
            return False
        before = list(self._inputs)
        after = before + [None] * (i + 1 - len(before))
        after[i] = node
        while after and after[-1] is None:
            after.pop()
        self._set_inputs(after)
        if after != before:
            session.undo.record("connect {}".format(self.name()), lambda: self._set_inputs(before),
                                lambda: self._set_inputs(after))
            session.touched()
            session.callbacks.input_changed(self)
        return True

    def _set_inputs(self, inputs: List[Optional[AnyNode]]) -> None:
        self._inputs = list(inputs)

    def isSelected(self) -> bool:
        return bool(self["selected"].value())

    def setSelected(self, selected: bool) -> None:
        self._alive(for_change=True)
        self._knobs["selected"]._restore((float(bool(selected)),))

    def selectOnly(self) -> None:
        for node in self._group._children if self._group is not None else []:
            node.setSelected(node is self)


class Context(NamedTuple):
    """What `nuke.thisNode()` and its kin answer during a callback."""

    node: Optional[AnyNode]
    knob: Any = None
    group: Optional[AnyNode] = None


def upstream(node: AnyNode) -> List[AnyNode]:
    """Return a node and all that it is made of."""
    found: List[AnyNode] = []
    waiting: List[Optional[AnyNode]] = [node]
    while waiting:
        here = waiting.pop()
        if here is not None and here not in found:
            found.append(here)
            waiting += here._inputs
    return found

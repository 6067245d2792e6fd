"""One run of the host: the document, its context and everything a plug-in can reach through `nuke`."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, Callable, Dict, List, NoReturn, Optional, Tuple

from . import groups, hashes, layers, tree
from .base import AnyNode, Context, Seen
from .callbacks import Callbacks
from .document import Document
from .evaluation import Evaluation
from .faults import HostFault, RenderError, ScriptError
from .interface import Interface
from .knob_texts import at_frame
from .main_thread import MainThread
from .ranges import Format
from .undo import UndoStack

if TYPE_CHECKING:
    from .pixels.picture import Picture

NEW_FORMATS = ("2048 1556 2K_Super_35(full-ap)", "1920 1080 HD_1080")


class Session:
    """State behind the fake `nuke` module."""

    def __init__(self, gui: bool, version: Tuple[int, int, int]) -> None:
        self.gui, self.version = gui, version
        self.faults: List[str] = []
        self.log: List[str] = []
        self.thread = threading.get_ident()
        self.main = MainThread(self)
        self.callbacks = Callbacks(self)
        self.expressions = Evaluation(self)
        self.document = Document(self)
        self.interface = Interface(self)
        self.contexts = [Context(None)]
        self.namespace: Dict[str, Any] = {"__name__": "__main__"}
        self.plugin_path: List[str] = []
        self.run_startup: Callable[[str, str], None] = lambda folder, name: None
        self.defaults: Dict[str, Any] = {}
        self.rendering: Optional[Tuple[int, str]] = None  # (frame, view) while a frame is computed
        self.render_cancelled_at: Optional[int] = None
        self.notices_files = True
        self.remembered: Dict[Any, Any] = {}  # what Reads have seen of files, where changes are not noticed
        self.loading = False
        self.new_root()

    def new_root(self) -> None:
        """Begin an empty script."""
        self.panels: List[AnyNode] = []
        self.groups: List[AnyNode] = []
        self.views = ["main"]
        self.layers = layers.of_new_script()
        self.root = groups.Root(self, "Root", None)
        self.formats = [Format._from_script(text) for text in NEW_FORMATS]
        self.root["format"]._state = self.formats[0]
        self.undo = UndoStack()
        self.modified = False

    def fault(self, message: str) -> NoReturn:
        """Record and raise a broken rule."""
        self.faults.append(message)
        raise HostFault(message)

    def is_main_thread(self) -> bool:
        return threading.get_ident() == self.thread

    def on_main_thread(self, what: str) -> None:
        if not self.is_main_thread():
            self.fault("{} outside the main thread".format(what))

    def gui_only(self, what: str) -> None:
        self.on_main_thread(what)
        if not self.gui:
            self.faults.append("{} without GUI".format(what))
            raise RuntimeError("{}: not in GUI mode".format(what))

    def remember(self, node: AnyNode, kind: str, path: str, look: Callable[[], Seen]) -> Seen:
        """Return what `look()` gives of a file; the first answer since the last reload unless changes are noticed."""
        if self.notices_files:
            return look()
        key = (node, node._reloads, kind, path)
        if key not in self.remembered:
            self.remembered[key] = look()
        found: Seen = self.remembered[key]
        return found

    def touched(self) -> None:
        if not self.loading:
            self.modified = True

    def group_now(self) -> AnyNode:
        """Return the group that names and new nodes belong to."""
        if self.groups:
            return self.groups[-1]
        return self.contexts[-1].group or self.root

    def enter(self, group: AnyNode) -> None:
        self.groups.append(group)

    def leave(self, group: AnyNode) -> None:
        if not self.groups or self.groups[-1] is not group:
            self.fault("end of a group that is not the innermost one begun")
        self.groups.pop()

    def frame_now(self, frame: Optional[float] = None) -> float:
        if frame is not None:
            return frame
        return float(self.rendering[0] if self.rendering else self.root._knobs["frame"].getValue())

    def view_now(self) -> str:
        return self.rendering[1] if self.rendering else self.views[0]

    def set_frame(self, frame: float) -> None:
        self.on_main_thread("setting the frame")
        self.root._knobs["frame"]._restore((float(frame),))

    def open_panel(self, node: AnyNode) -> None:
        self.gui_only("a control panel")
        if node not in self.panels:
            self.panels.append(node)
            self.callbacks.panel_shown(node)

    def add_layer(self, name: str, channels: List[str]) -> None:
        if name.isdigit():
            self.fault("layer {!r}: a layer's name is not a number".format(name))
        known = self.layers.setdefault(name, [])
        known += [channel for channel in channels if channel not in known]

    def format_named(self, text: str) -> Format:
        for known in self.formats:
            if known.name() == text:
                return known
        if not text[:1].isdigit():
            raise ValueError("no format {}".format(text))
        return Format._from_script(text)

    def find_node(self, name: str) -> Optional[AnyNode]:
        """Return the node of a name, seen from the current group and then from the root."""
        self.on_main_thread("looking for a node")
        if name in ("root", "Root"):
            return self.root
        name = name[5:] if name.startswith("root.") else name
        return tree.child(self.group_now(), name) or tree.child(self.root, name)

    def directory(self) -> str:
        """Return the folder that relative file names start from."""
        text = self.expressions.text(self.root, self.root["project_directory"]._state)
        return at_frame(text, int(self.frame_now()), self.view_now()) or os.getcwd()

    def image(self, node: AnyNode, frame: Optional[float] = None) -> Picture:
        """Return the pixels of a node at a frame; raises RenderError. Needs numpy and OpenImageIO."""
        from .pixels import evaluate
        return evaluate.image(self, node, self.frame_now(frame))

    def error_of(self, node: AnyNode) -> Optional[str]:
        """Return the message of a node that cannot be evaluated now, None when it can."""
        try:
            self.image(node)
        except (RenderError, ScriptError) as error:
            return str(error)
        return None

    def op_hashes(self, node: AnyNode) -> List[int]:
        return [] if node._class in hashes.WITHOUT_OPS else [hashes.op_hash(self, node, self.frame_now())]

    def frame_range(self, node: AnyNode) -> Tuple[int, int]:
        return hashes.frame_range(self, node)

"""One run of the host: the document, its context and everything a plug-in can reach through `nuke`."""

from __future__ import annotations

import os

from . import groups, hashes, schema
from .callbacks import Callbacks, Context
from .document import Document
from .faults import HostFault, RenderError, ScriptError
from .interface import Interface
from .lookups import Lookups
from .main_thread import MainThread
from .ranges import Format
from .undo import UndoStack


class Session:
    """State behind the fake `nuke` module."""

    def __init__(self, gui, version) -> None:
        self.gui, self.version = gui, version
        self.faults, self.log = [], []
        self.main = MainThread(self)
        self.undo = UndoStack()
        self.callbacks = Callbacks(self)
        self.expressions = Lookups(self)
        self.document = Document(self)
        self.interface = Interface(self)
        self.contexts = [Context(None)]
        self.namespace = {"__name__": "__main__"}
        self.plugin_path, self.defaults = [], {}
        self.rendering = None  # (frame, view) while a frame is computed
        self.render_cancelled_at = None
        self.notices_files = True
        self.remembered = {}  # what Reads have seen of files, where changes are not noticed
        self.loading = False
        self.new_root()

    def new_root(self) -> None:
        """Begin an empty script."""
        self.panels, self.groups = [], []
        self.views = ["main"]
        self.layers = {name: ["{}.{}".format("rgba" if name in ("rgb", "alpha") else name, part) for part in parts]
                       for name, parts in schema.LAYERS.items()}
        self.root = groups.make(self, "Root", None)
        self.formats = [Format(2048, 1556, 0, 0, 2048, 1556, 1.0, "2K_Super_35(full-ap)"),
                        Format(1920, 1080, 0, 0, 1920, 1080, 1.0, "HD_1080")]
        self.root["format"]._state = self.formats[0]
        self.undo = UndoStack()
        self.modified = False

    def fault(self, message):
        """Record and raise a broken rule."""
        self.faults.append(message)
        raise HostFault(message)

    def on_main_thread(self, what) -> None:
        if not self.main.is_here():
            self.fault("{} outside the main thread".format(what))

    def gui_only(self, what) -> None:
        self.on_main_thread(what)
        if not self.gui:
            self.faults.append("{} without GUI".format(what))
            raise RuntimeError("{}: not in GUI mode".format(what))

    def remember(self, node, kind, path, look):
        """Return what `look()` gives of a file; the first answer since the last reload unless changes are noticed."""
        if self.notices_files:
            return look()
        key = (node, node._reloads, kind, path)
        if key not in self.remembered:
            self.remembered[key] = look()
        return self.remembered[key]

    def left_open(self):
        """Yield what should have been closed or run before Nuke quits."""
        if self.undo.open:
            yield "the Undo group {!r} was not ended".format(self.undo.open[0][0])
        if self.undo.off:
            yield "Undo was disabled and not enabled again"
        if self.groups:
            yield "Group.begin without end"
        if not self.gui and not self.main.calls.empty():
            yield "a call was handed to the main thread without GUI: nothing runs it"

    def touched(self) -> None:
        if not self.loading:
            self.modified = True

    def group_now(self):
        """Return the group that names and new nodes belong to."""
        if self.groups:
            return self.groups[-1]
        return self.contexts[-1].group or self.root

    def enter(self, group) -> None:
        self.groups.append(group)

    def leave(self, group) -> None:
        if not self.groups or self.groups[-1] is not group:
            self.fault("end of a group that is not the innermost one begun")
        self.groups.pop()

    def frame_now(self, frame=None):
        if frame is not None:
            return frame
        return self.rendering[0] if self.rendering else self.root._knobs["frame"].getValue()

    def view_now(self) -> str:
        return self.rendering[1] if self.rendering else self.views[0]

    def set_frame(self, frame) -> None:
        self.on_main_thread("setting the frame")
        self.root._knobs["frame"]._restore((float(frame),))

    def open_panel(self, node) -> None:
        self.gui_only("a control panel")
        if node not in self.panels:
            self.panels.append(node)
            self.callbacks.panel_shown(node)

    def add_layer(self, name, channels) -> None:
        if name.isdigit():
            self.fault("layer {!r}: a layer's name is not a number".format(name))
        known = self.layers.setdefault(name, [])
        known += [channel for channel in channels if channel not in known]

    def own_layers(self):
        """Return the layers that a script must add itself."""
        return {name: channels for name, channels in self.layers.items()
                if name not in schema.LAYERS or (name == "other" and channels)}

    def check_channels(self, knob_name, text) -> None:
        """Raise ValueError for a layer or channel that the script does not know."""
        for word in text.replace(",", " ").split():
            name = word.lstrip("-")
            known = name in ("all", "none", "red", "green", "blue") or name in self.layers
            if not known and not any(name in channels for channels in self.layers.values()):
                raise ValueError("{}: no layer or channel {}".format(knob_name, name))

    def format_named(self, text) -> Format:
        for known in self.formats:
            if known.name() == text:
                return known
        if not text[:1].isdigit():
            raise ValueError("no format {}".format(text))
        return Format._from_script(text)

    def all_nodes(self, group, recurse=False):
        found = []
        for node in reversed(group._children):
            found.append(node)
            if recurse and hasattr(node, "_children"):
                found += self.all_nodes(node, True)
        return found

    def find_node(self, name):
        """Return the node of a name, seen from the current group and then from the root."""
        if name in ("root", "Root"):
            return self.root
        name = name[5:] if name.startswith("root.") else name
        return self.group_now().node(name) or self.root.node(name)

    def directory(self) -> str:
        """Return the folder that relative file names start from."""
        text = self.root["project_directory"].evaluate()
        return text or os.getcwd()

    def image(self, node, frame=None):
        """Return the pixels of a node at a frame; raises RenderError. Needs numpy and OpenImageIO."""
        from .pixels import evaluate
        return evaluate.image(self, node, self.frame_now(frame))

    def error_of(self, node):
        """Return the message of a node that cannot be evaluated now, None when it can."""
        try:
            self.image(node)
        except (RenderError, ScriptError) as error:
            return str(error)
        return None

    def op_hashes(self, node):
        return [hashes.op_hash(self, node, self.frame_now())]

    def frame_range(self, node):
        return hashes.frame_range(self, node)

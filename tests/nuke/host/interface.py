"""What a person sees and does: messages, questions, progress bars, menus, panels. Present only with a GUI.

Reference: learn.foundry.com, Python developer guide, "Custom Menus", "Threading" (ProgressTask) and nuke.menu, which
raises RuntimeError without GUI. That messages and progress bars need one too is our own rule: a terminal has none.
"""

from __future__ import annotations

import os

MENUS = ("Nuke", "Pane", "Nodes", "Properties", "Animation", "Viewer", "Node Graph", "Axis")


class Interface:
    """Everything shown to the person, and what the person answers."""

    def __init__(self, session) -> None:
        self.session = session
        self.messages = []  # texts of nuke.message
        self.answers = []  # replies to coming questions, first one first
        self.questions = []
        self.tasks = []  # every ProgressTask ever made
        self.clipboard = ""
        self.menus = {name: Menu(self, name) for name in MENUS}
        self.missing_icons, self.panels = [], {}
        self.viewer_inputs = {}  # what each Viewer shows, an index of its inputs
        self.graph_center = None  # where the node graph was moved to

    def say(self, text) -> None:
        self.session.gui_only("nuke.message")
        self.messages.append(_text(text))

    def ask(self, text):
        """Return the next prepared answer; a question that no test expects is a fault."""
        self.session.gui_only("a question")
        self.questions.append(_text(text))
        if not self.answers:
            self.session.fault("unexpected question: {}".format(text))
        return self.answers.pop(0)

    def menu(self, name):
        self.session.gui_only("nuke.menu")
        return self.menus.get(name)

    def cancel(self) -> None:
        """Press Cancel on every progress bar that is open."""
        for task in self.tasks:
            task._cancelled = task._cancelled or not task.closed

    def check_icon(self, icon) -> None:
        """Remember an icon that no folder of the plug-in path holds."""
        if icon and not os.path.isabs(icon) and not any(
                os.path.isfile(os.path.join(folder, icon)) for folder in self.session.plugin_path):
            self.missing_icons.append(icon)


def _text(value) -> str:
    if not isinstance(value, str):
        raise TypeError("{!r} is not a text".format(value))
    return value


class TaskRecord:
    """What one progress bar showed; kept after the bar itself is gone."""

    def __init__(self, title) -> None:
        self.title, self.messages, self.values = title, [], []
        self.closed, self._cancelled = False, False


class ProgressTask:
    """A progress bar; it closes when the last reference to it goes. Parameters are named as in the guide of 17.1."""

    _session = None

    def __init__(self, name) -> None:
        session = self._session
        if not session.gui:
            session.faults.append("ProgressTask without GUI")
            raise RuntimeError("ProgressTask: not in GUI mode")
        self._record = TaskRecord(_text(name))
        session.interface.tasks.append(self._record)

    def setMessage(self, s):
        self._record.messages.append(_text(s))

    def setProgress(self, i):
        if isinstance(i, bool) or not isinstance(i, int):
            raise TypeError("setProgress takes a whole number, not {!r}".format(i))
        if not 0 <= i <= 100:
            self._session.fault("setProgress({}) is outside 0 to 100".format(i))
        self._record.values.append(i)

    def isCancelled(self):
        return self._record._cancelled

    def __del__(self) -> None:
        if hasattr(self, "_record"):
            self._record.closed = True


class MenuItem:
    """A command in a menu; `invoke` is the person choosing it."""

    def __init__(self, interface, name, command=None, shortcut="", icon="") -> None:
        self._interface, self._name, self._command = interface, name, command
        self._shortcut, self._icon, self._enabled = shortcut or "", icon or "", True
        interface.check_icon(self._icon)

    def name(self):
        return self._name

    def icon(self):
        return self._icon

    def script(self):
        return self._command if isinstance(self._command, str) else ""

    def shortcut(self):
        return self._shortcut

    def setEnabled(self, enabled, recursive):
        self._enabled = enabled

    def setIcon(self, icon):
        self._interface.check_icon(icon)
        self._icon = icon

    def setScript(self, script):
        self._command = script

    def setShortcut(self, keySequence):
        self._shortcut = keySequence

    def invoke(self):
        session = self._interface.session
        session.on_main_thread("a menu command")
        if not self._enabled:
            raise RuntimeError("{} is greyed out".format(self._name))
        if callable(self._command):
            self._command()
        elif self._command:
            exec(compile(self._command, "<menu {}>".format(self._name), "exec"), session.namespace)


class Menu(MenuItem):
    """A menu; "A/B" nests, and the same name again replaces the command."""

    def __init__(self, interface, name, icon="") -> None:
        MenuItem.__init__(self, interface, name, icon=icon)
        self._items = []

    def _walk(self, name, icon=""):
        """Return the menu and last word of a path, making the menus between."""
        parts = name.replace("\\/", "\0").split("/")
        here = self
        for part in parts[:-1]:
            here = here._menu(part.replace("\0", "/"))
        return here, parts[-1].replace("\0", "/")

    def _menu(self, name, icon=""):
        found = self._own(name)
        if not isinstance(found, Menu):
            found = Menu(self._interface, name, icon)
            self._items.append(found)
        return found

    def _own(self, name):
        return next((item for item in self._items if item.name() == name), None)

    def addCommand(self, name, command=None, shortcut="", icon="", tooltip="", index=-1, readonly=False):
        if command is not None and not callable(command) and not isinstance(command, str):
            raise TypeError("{}: a command is a text or something to call".format(name))
        menu, last = self._walk(name)
        item = MenuItem(self._interface, last, command, shortcut, icon)
        menu._items = [old for old in menu._items if old.name() != last]
        menu._items.insert(index if index >= 0 else len(menu._items), item)
        return item

    def addMenu(self, name, icon="", tooltip="", index=-1):
        menu, last = self._walk(name)
        return menu._menu(last, icon)

    def addSeparator(self, **kwargs):
        item = MenuItem(self._interface, "")
        self._items.append(item)
        return item

    def clearMenu(self):
        self._items = []

    def findItem(self, name):
        here = self
        for part in name.split("/"):
            here = here._own(part) if isinstance(here, Menu) else None
        return here

    def menu(self, name):
        found = self.findItem(name)
        return found if isinstance(found, Menu) else None

    def items(self):
        return list(self._items)

    def removeItem(self, name):
        self._items = [item for item in self._items if item.name() != name]


class ViewerWindow:
    """The window of a Viewer node: which of its inputs is shown."""

    def __init__(self, interface, node) -> None:
        self._interface, self._node = interface, node

    def node(self):
        return self._node

    def activeInput(self, secondary=False):
        """Nuke gives None when nothing is shown."""
        return self._interface.viewer_inputs.get(self._node)

    def activateInput(self, input, secondary=False):
        self._interface.session.on_main_thread("a viewer")
        if self._node.input(input) is None:
            self._interface.session.fault("viewer input {} shows nothing".format(input))
        self._interface.viewer_inputs[self._node] = input

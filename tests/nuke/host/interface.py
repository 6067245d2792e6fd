"""What a person sees and does: messages, questions, progress bars, menus, panels. Present only with a GUI.

Reference: learn.foundry.com, Python developer guide, "Custom Menus", "Threading" (ProgressTask) and nuke.menu, which
raises RuntimeError without GUI. That messages and progress bars need one too is our own rule: a terminal has none.
"""

from __future__ import annotations

import os
from typing import Any, Callable, Dict, List, Optional, Tuple, Union

from .base import AnyNode, Session

MENUS = ("Nuke", "Pane", "Nodes", "Properties", "Animation", "Viewer", "Node Graph", "Axis")


class Interface:
    """Everything shown to the person, and what the person answers."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.messages: List[str] = []  # texts of nuke.message
        self.answers: List[Any] = []  # replies to coming questions, first one first
        self.questions: List[str] = []
        self.tasks: List[TaskRecord] = []  # every ProgressTask ever made
        self.clipboard = ""
        self.menus = {name: Menu(self, name) for name in MENUS}
        self.missing_icons: List[str] = []
        self.panels: Dict[str, Tuple[str, object]] = {}  # docked Qt widgets by id: their name and what makes them
        self.viewer_inputs: Dict[AnyNode, int] = {}  # what each Viewer shows, an index of its inputs
        self.graph: Optional[AnyNode] = None  # the Group whose node graph the person is in
        self.graph_center: Optional[Tuple[float, ...]] = None  # where the node graph was moved to

    def say(self, text: str) -> None:
        self.session.gui_only("nuke.message")
        self.messages.append(_text(text))

    def ask(self, text: str) -> Any:
        """Return the next prepared answer; a question that no test expects is a fault."""
        self.session.gui_only("a question")
        self.questions.append(_text(text))
        if not self.answers:
            self.session.fault("unexpected question: {}".format(text))
        return self.answers.pop(0)

    def menu(self, name: str) -> Optional[Menu]:
        self.session.gui_only("nuke.menu")
        return self.menus.get(name)

    def cancel(self) -> None:
        """Press Cancel on every progress bar that is open."""
        for task in self.tasks:
            task.cancelled = task.cancelled or not task.closed

    def check_icon(self, icon: str) -> None:
        """Remember an icon that no folder of the plug-in path holds."""
        if icon and not os.path.isabs(icon) and not any(
                os.path.isfile(os.path.join(folder, icon)) for folder in self.session.plugin_path):
            self.missing_icons.append(icon)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("{!r} is not a text".format(value))
    return value


class TaskRecord:
    """What one progress bar showed; kept after the bar itself is gone."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.messages: List[str] = []
        self.values: List[int] = []
        self.closed, self.cancelled = False, False


class ProgressTask:
    """A progress bar; it closes when the last reference to it goes. Parameters are named as in the guide of 17.1."""

    _session: Session
    _interface: Interface

    def __init__(self, name: str) -> None:
        session = self._session
        if not session.gui:
            session.faults.append("ProgressTask without GUI")
            raise RuntimeError("ProgressTask: not in GUI mode")
        self._record = TaskRecord(_text(name))
        self._interface.tasks.append(self._record)

    def setMessage(self, s: str) -> None:
        self._record.messages.append(_text(s))

    def setProgress(self, i: int) -> None:
        if isinstance(i, bool) or not isinstance(i, int):
            raise TypeError("setProgress takes a whole number, not {!r}".format(i))
        if not 0 <= i <= 100:
            self._session.fault("setProgress({}) is outside 0 to 100".format(i))
        self._record.values.append(i)

    def isCancelled(self) -> bool:
        return self._record.cancelled

    def __del__(self) -> None:
        if hasattr(self, "_record"):
            self._record.closed = True


Command = Union[str, Callable[[], object], None]


class MenuItem:
    """A command in a menu; `invoke` is the person choosing it."""

    def __init__(self, interface: Interface, name: str, command: Command = None, shortcut: str = "",
                 icon: str = "") -> None:
        self._interface, self._name, self._command = interface, name, command
        self._shortcut, self._icon, self._enabled = shortcut or "", icon or "", True
        interface.check_icon(self._icon)

    def name(self) -> str:
        return self._name

    def icon(self) -> str:
        return self._icon

    def script(self) -> str:
        return self._command if isinstance(self._command, str) else ""

    def shortcut(self) -> str:
        return self._shortcut

    def setEnabled(self, enabled: bool, recursive: bool) -> None:
        self._enabled = enabled

    def setIcon(self, icon: str) -> None:
        self._interface.check_icon(icon)
        self._icon = icon

    def setScript(self, script: str) -> None:
        self._command = script

    def setShortcut(self, keySequence: str) -> None:
        self._shortcut = keySequence

    def invoke(self) -> None:
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

    def __init__(self, interface: Interface, name: str, icon: str = "") -> None:
        MenuItem.__init__(self, interface, name, icon=icon)
        self._items: List[MenuItem] = []

    def _walk(self, name: str) -> Tuple[Menu, str]:
        """Return the menu and last word of a path, making the menus between."""
        parts = name.replace("\\/", "\0").split("/")
        here: Menu = self
        for part in parts[:-1]:
            here = here._menu(part.replace("\0", "/"))
        return here, parts[-1].replace("\0", "/")

    def _menu(self, name: str, icon: str = "") -> Menu:
        found = self._own(name)
        if isinstance(found, Menu):
            return found
        made = Menu(self._interface, name, icon)
        self._items.append(made)
        return made

    def _own(self, name: str) -> Optional[MenuItem]:
        return next((item for item in self._items if item.name() == name), None)

    def addCommand(self, name: str, command: Command = None, shortcut: str = "", icon: str = "", tooltip: str = "",
                   index: int = -1, readonly: bool = False) -> MenuItem:
        if command is not None and not callable(command) and not isinstance(command, str):
            raise TypeError("{}: a command is a text or something to call".format(name))
        menu, last = self._walk(name)
        item = MenuItem(self._interface, last, command, shortcut, icon)
        menu._items = [old for old in menu._items if old.name() != last]
        menu._items.insert(index if index >= 0 else len(menu._items), item)
        return item

    def addMenu(self, name: str, icon: str = "", tooltip: str = "", index: int = -1) -> Menu:
        menu, last = self._walk(name)
        return menu._menu(last, icon)

    def addSeparator(self, **kwargs: Any) -> MenuItem:
        item = MenuItem(self._interface, "")
        self._items.append(item)
        return item

    def clearMenu(self) -> None:
        self._items = []

    def findItem(self, name: str) -> Optional[MenuItem]:
        here: Optional[MenuItem] = self
        for part in name.split("/"):
            here = here._own(part) if isinstance(here, Menu) else None
        return here

    def menu(self, name: str) -> Optional[Menu]:
        found = self.findItem(name)
        return found if isinstance(found, Menu) else None

    def items(self) -> List[MenuItem]:
        return list(self._items)

    def removeItem(self, name: str) -> None:
        self._items = [item for item in self._items if item.name() != name]


class ViewerWindow:
    """The window of a Viewer node: which of its inputs is shown."""

    def __init__(self, interface: Interface, node: AnyNode) -> None:
        self._interface, self._node = interface, node

    def node(self) -> AnyNode:
        return self._node

    def activeInput(self, secondary: bool = False) -> Optional[int]:
        """Nuke gives None when nothing is shown."""
        return self._interface.viewer_inputs.get(self._node)

    def activateInput(self, input: int, secondary: bool = False) -> None:
        self._interface.session.on_main_thread("a viewer")
        if self._node.input(input) is None:
            self._interface.session.fault("viewer input {} shows nothing".format(input))
        self._interface.viewer_inputs[self._node] = input

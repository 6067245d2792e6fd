"""The host as a test uses it: load, press, render, save, and look at what happened. program.py starts and ends it."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, List, Optional

from . import rendering, tree, writing
from .base import AnyNode
from .faults import HostFault
from .groups import Root
from .interface import TaskRecord
from .knob_texts import Link_Knob, Script_Knob
from .nodes import Node
from .program import Program

if TYPE_CHECKING:
    from .pixels.picture import Picture, Plane


class Host(Program):
    """A running stand-in for Nuke, with what a person does in it."""

    @property
    def root(self) -> Root:
        return self.session.root

    @property
    def faults(self) -> List[str]:
        """Every broken rule so far, as sentences."""
        return self.session.faults

    @property
    def log(self) -> List[str]:
        """What went to the terminal, the error console and, from calls in the main thread, tracebacks."""
        return self.session.log

    @property
    def messages(self) -> List[str]:
        """Texts of `nuke.message`."""
        return self.session.interface.messages

    @property
    def answers(self) -> List[Any]:
        """Replies to coming questions: append to it."""
        return self.session.interface.answers

    @property
    def progress(self) -> List[TaskRecord]:
        """A record of every progress bar: title, messages, values, closed."""
        return self.session.interface.tasks

    @property
    def missing_icons(self) -> List[str]:
        return self.session.interface.missing_icons

    @property
    def undo_names(self) -> List[str]:
        """The names of the steps that Ctrl+Z would take back, oldest first."""
        return [step.name for step in self.session.undo.steps]

    def load(self, nk_text: str) -> List[Node]:
        """Add a script's text to the root and return the new nodes; raises ScriptError with all findings."""
        return self.session.document.load(nk_text, self.session.root)

    def paste(self, nk_text: str) -> Any:
        """Paste as a person does: below the selected node, the new nodes selected; return the last of them."""
        self.session.interface.clipboard = nk_text
        return self.nuke.nodePaste("%clipboard%")

    def save(self) -> str:
        """Return the script as it would be saved, after the onScriptSave callbacks."""
        self.session.callbacks.run("onScriptSave", self.session.root)
        return writing.script(self.session)

    def open_panel(self, node: AnyNode) -> None:
        """Open a node's control panel, which starts knobChanged for it."""
        self.session.open_panel(node)

    def close_panel(self, node: Node) -> None:
        node.hideControlPanel()

    def edit(self, node: AnyNode, knob: str, value: Any) -> None:
        """Change a knob in the open panel."""
        if node not in self.session.panels:
            raise AssertionError("open the panel of {} before editing in it".format(node.name()))
        node[knob].setValue(value)

    def press(self, node: AnyNode, knob: str) -> None:
        """Press a button of a node; what its code raises comes through."""
        self.session.gui_only("a button")
        button = node[knob]
        button = button.getLinkedKnob() if isinstance(button, Link_Knob) else button
        if not isinstance(button, Script_Knob):
            raise AssertionError("{} is no button".format(button.name()))
        if not button.enabled() or not button.visible():
            raise AssertionError("{} is greyed out or hidden".format(button.name()))
        button.execute()

    def enter_graph(self, group: Optional[AnyNode]) -> None:
        """Click into the node graph of a Group; None is the root's."""
        self.session.interface.graph = group

    def choose(self, path: str) -> None:
        """Choose a menu command, such as "Nodes/CMFT/CMFT"."""
        first, _, rest = path.partition("/")
        menu = self.session.interface.menu(first)
        item = menu.findItem(rest) if menu is not None else None
        if item is None:
            raise AssertionError("no menu command {}".format(path))
        item.invoke()

    def cancel(self) -> None:
        """Press Cancel on every open progress bar."""
        self.session.interface.cancel()

    def cancel_render_at(self, frame: int) -> None:
        """Cancel the next render when it comes to this frame."""
        self.session.render_cancelled_at = frame

    def run_main_loop(self, seconds: float, until: Optional[Callable[[], object]] = None) -> bool:
        """Run what other threads handed to the main thread; return whether `until()` came true (True without one)."""
        return self.session.main.run(seconds, until)

    def idle(self) -> None:
        """Let Nuke be idle: updateUI of every node."""
        for node in tree.descendants(self.session.root, True):
            self.session.callbacks.run("updateUI", node)

    def label(self, node: AnyNode) -> str:
        """Return the text on the node."""
        return self.session.callbacks.label(node)

    def render(self, node: AnyNode, frame: float) -> Dict[str, Plane]:
        """Return channel name to float32 (H, W) array over the format, row 0 on top; raises RenderError."""
        return self.session.image(node, frame).in_format()

    def image(self, node: AnyNode, frame: float) -> Picture:
        """Return the whole picture with its bounding box, format and metadata."""
        return self.session.image(node, frame)

    def render_script(self, first: int, last: int) -> List[str]:
        """Render every enabled Write, as `nuke -x -F first-last`; return their names."""
        return rendering.render_script(self.session, first, last)

    @contextlib.contextmanager
    def expect_fault(self, pattern: str) -> Iterator[None]:
        """Expect that the block breaks a rule whose sentence the pattern finds."""
        before = len(self.session.faults)
        try:
            yield
        except (HostFault, RuntimeError):
            if len(self.session.faults) == before:
                raise
        found = self.session.faults[before:]
        del self.session.faults[before:]
        if not any(re.search(pattern, fault) for fault in found):
            raise AssertionError("no fault like {!r}, but {}".format(pattern, found))

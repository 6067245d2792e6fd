"""Functions of `nuke` about scripts. Each public method becomes a function of the module."""

from __future__ import annotations

import os
from typing import Any, List, Optional

from . import writing
from .base import AnyNode
from .knob_texts import at_frame, project_path, technical
from .ranges import Format
from .session import Session

NO_SCRIPT = "No such file or directory"


class ScriptApi:
    """Loading and saving, undo, frames, views, layers and formats."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def scriptName(self) -> str:
        name = str(self._session.root["name"].value())
        if not name:
            raise RuntimeError("no script name")
        return name

    def scriptReadText(self, s: str) -> None:
        self._session.document.load(s, self._session.group_now())

    def scriptReadFile(self, s: str) -> None:
        with open(script_file(self._session, s), encoding="utf-8") as file:
            self.scriptReadText(file.read())

    def scriptOpen(self, filename: Optional[str] = None) -> None:
        path = script_file(self._session, filename or self._session.interface.ask("file name"))
        self._session.document.clear()
        with open(path, encoding="utf-8") as file:
            self._session.document.load(file.read(), self._session.root)
        self._session.root._knobs["name"]._restore(path)
        self._session.modified = False

    def scriptClear(self, ignoreUnsavedChanges: bool = False) -> None:
        self._session.document.clear()

    def scriptSave(self, filename: Optional[str] = None) -> bool:
        path = filename or self.scriptName()
        self._session.callbacks.run("onScriptSave", self._session.root)
        text = writing.script(self._session)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        self._session.modified = False
        return True

    def scriptSaveAs(self, filename: Optional[str] = None, overwrite: int = -1) -> None:
        if not filename:
            filename = self._session.interface.ask("file name")
        if os.path.exists(filename) and overwrite != 1:
            if not self._session.gui:
                raise RuntimeError("{} exists".format(filename))
            if not self._session.interface.ask("overwrite {}?".format(filename)):
                return
        self._session.root._knobs["name"]._restore(filename)
        self.scriptSave(filename)

    def modified(self, state: Optional[bool] = None) -> bool:
        if state is not None:
            self._session.modified = bool(state)
        return self._session.modified

    def script_directory(self) -> str:
        return os.path.dirname(str(self._session.root["name"].value()))

    def frame(self, f: Optional[float] = None) -> int:
        self._session.on_main_thread("nuke.frame")
        if f is not None:
            self._session.set_frame(f)
        return int(self._session.frame_now())

    def filename(self, node: AnyNode, i: Optional[int] = None) -> Optional[str]:
        """Return a node's file with Tcl evaluated; with nuke.REPLACE that of the current frame."""
        node._alive()
        if "file" not in node._knobs:
            return None
        text = self._session.expressions.text(node, node["file"]._state)
        if not text:
            return None
        text = technical(project_path(text, self._session.directory()))
        return at_frame(text, self.frame(), self._session.view_now()) if i else text

    def undo(self) -> None:
        self._session.undo.undo()

    def redo(self) -> None:
        self._session.undo.redo()

    def views(self) -> List[str]:
        return list(self._session.views)

    def layers(self, node: Optional[AnyNode] = None) -> List[str]:
        if node is None:
            return sorted(self._session.layers)
        return sorted({channel.split(".")[0] for channel in node._session.image(node).channels})

    def channels(self, node: Optional[AnyNode] = None) -> List[str]:
        return sorted(node._session.image(node).channels) if node is not None else self._session.root.channels()

    def formats(self) -> List[Format]:
        return list(self._session.formats)

    def addFormat(self, s: str) -> Format:
        self._session.formats.append(Format._from_script(s))
        return self._session.formats[-1]

    def knobDefault(self, classknob: str, value: Any = None) -> Any:
        if value is None:
            return self._session.defaults.get(classknob)
        self._session.defaults[classknob] = value

    def stripFrameRange(self, clipname: str) -> str:
        words = clipname.rsplit(" ", 1)
        return words[0] if len(words) == 2 and words[1].lstrip("-").replace("-", "").isdigit() else clipname


def script_file(session: Session, name: str) -> str:
    """Return the file itself, or the one of that name on the plug-in path; raises RuntimeError."""
    if "\\" in name:
        session.fault("a path takes forward slashes: {!r}".format(name))
    for folder in [""] + session.plugin_path:
        if os.path.isfile(os.path.join(folder, name)):
            return os.path.join(folder, name)
    raise RuntimeError("{}: {}".format(name, NO_SCRIPT))

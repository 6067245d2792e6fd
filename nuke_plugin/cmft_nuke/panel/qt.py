"""Qt as Nuke brings it: PySide6 in Nuke 16 and later, PySide2 before. Untyped, so everything untyped stays here."""

from importlib import import_module
from types import ModuleType
from typing import Any, Tuple

BINDINGS = ("PySide6", "PySide2")


def _load() -> Tuple[ModuleType, ModuleType, ModuleType]:
    for binding in BINDINGS:
        try:
            return (import_module(binding + ".QtCore"), import_module(binding + ".QtGui"),
                    import_module(binding + ".QtWidgets"))
        except ImportError:
            continue
    raise ImportError("the CMFT panel needs PySide6 or PySide2; Nuke brings one of them")


QtCore, QtGui, QtWidgets = _load()
Qt: Any = QtCore.Qt


class Widget(QtWidgets.QWidget):  # type: ignore[misc, name-defined]
    """A widget that is told when it comes into sight and when it goes."""

    def showEvent(self, event: Any) -> None:
        """Qt calls this before the widget is seen, also when its tab comes to the front."""
        super().showEvent(event)
        self.came_into_sight()

    def hideEvent(self, event: Any) -> None:
        """Qt calls this after the widget was closed or its tab went to the back."""
        self.went_out_of_sight()
        super().hideEvent(event)

    def came_into_sight(self) -> None:
        """For subclasses."""

    def went_out_of_sight(self) -> None:
        """For subclasses."""


def plain(text: str) -> str:
    """Return text for a tooltip: Qt wraps it, and takes nothing in it for markup."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")
    return "<qt>{}</qt>".format(escaped)

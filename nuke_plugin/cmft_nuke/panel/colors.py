"""A menu of the palette of a result: a swatch and a name each."""

from functools import partial
from typing import Any, Callable, Sequence

from cmft_engine.protocol.host.correct import Swatch

from .qt import QtCore, QtGui, QtWidgets

SIDE = 16  # px of a swatch
_EDGE = "#101010"


def color_menu(swatches: Sequence[Swatch], parent: Any, choose: Callable[[str], None]) -> Any:
    """Return a QMenu of colours that tells the name of the one that is chosen."""
    menu = QtWidgets.QMenu(parent)
    menu.setObjectName("colors")
    menu.setStyleSheet("QMenu { menu-scrollable: 1; }")  # a long palette stays on the screen
    for swatch in swatches:
        action = menu.addAction(swatch_icon(swatch), swatch.name.replace("&", "&&"))
        action.setIconVisibleInMenu(True)
        action.triggered.connect(lambda *_, name=swatch.name: choose(name))
    return menu


def swatch_icon(swatch: Swatch) -> Any:
    """Return a QIcon of a colour."""
    picture = QtGui.QPixmap(SIDE, SIDE)
    picture.fill(QtGui.QColor.fromRgbF(*swatch.display))
    painter = QtGui.QPainter(picture)
    painter.setPen(QtGui.QColor(_EDGE))
    painter.drawRect(QtCore.QRect(0, 0, SIDE - 1, SIDE - 1))
    painter.end()
    return QtGui.QIcon(picture)


def has_window() -> bool:
    """Say whether Qt runs here, as it does in Nuke's window."""
    return QtWidgets.QApplication.instance() is not None


def ask_color(swatches: Sequence[Swatch]) -> str:
    """Ask for a colour at the mouse, and return its name; "" when none was chosen."""
    chosen = [""]
    menu = color_menu(swatches, None, partial(chosen.__setitem__, 0))
    run = menu.exec if hasattr(menu, "exec") else menu.exec_  # the latter is PySide2's
    run(QtGui.QCursor.pos())
    return chosen[0]

"""Qt as it is found: PySide6, or PySide2 where a host has only that. Untyped, so everything untyped stays here."""

from __future__ import annotations

import ctypes
import os
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..protocol.errors import InputError

BINDINGS = ("PySide6", "PySide2")
REMEDY = "install it into the engine's Python: pip install 'PySide6-Essentials<6.12'"


def _load() -> tuple[ModuleType, ModuleType, ModuleType]:
    reasons = []
    for binding in BINDINGS:
        try:
            return (import_module(f"{binding}.QtCore"), import_module(f"{binding}.QtGui"),
                    import_module(f"{binding}.QtWidgets"))
        except ImportError as error:  # not there, or a library of the system that it needs is not
            reasons.append(str(error))
    raise InputError(f"the review window needs Qt ({'; '.join(reasons)}); {REMEDY}")


QtCore, QtGui, QtWidgets = _load()
Qt: Any = QtCore.Qt
Signal: Any = QtCore.Signal


def check_screen() -> None:
    """Raise InputError where Qt could open no window: it would end the process without a word that helps."""
    if os.environ.get("QT_QPA_PLATFORM") or not sys.platform.startswith("linux"):
        return
    if os.environ.get("WAYLAND_DISPLAY"):
        return
    if not os.environ.get("DISPLAY"):
        raise InputError("there is no screen to open the review window on; log in with one (ssh -X), or use "
                         "`cmft review --browser`")
    plugins = Path(_plugins_folder()) / "platforms" / "libqxcb.so"
    try:
        ctypes.CDLL(str(plugins))
        is_there = _answers(ctypes.CDLL("libxcb.so.1"))
    except OSError as error:
        raise InputError(f"Qt cannot open a window here ({error}); install what it names (Debian, Ubuntu: sudo apt "
                         "install libxcb-cursor0 libxkbcommon-x11-0), or use `cmft review --browser`") from error
    if not is_there:
        raise InputError(f"no screen answers at DISPLAY={os.environ['DISPLAY']}; log in anew (ssh -X), or use `cmft "
                         "review --browser`")


def _answers(xcb: ctypes.CDLL) -> bool:
    """Whether the X server that $DISPLAY names can be connected to."""
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    has_error = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not has_error


def _plugins_folder() -> str:
    info = QtCore.QLibraryInfo
    if hasattr(info, "path"):
        return str(info.path(info.LibraryPath.PluginsPath))
    return str(info.location(info.LibraryLocation.PluginsPath))


def application() -> Any:
    """Return the application of this process, made where there is none."""
    return QtWidgets.QApplication.instance() or QtWidgets.QApplication(["cmft review"])


def run(app: Any) -> None:
    """Run an application until its last window is closed."""
    (app.exec if hasattr(app, "exec") else app.exec_)()  # the latter is PySide2's


def place_of(event: Any) -> tuple[float, float]:
    """Return where a mouse event is in its widget, px."""
    point = event.position() if hasattr(event, "position") else event.localPos()
    return float(point.x()), float(point.y())


def image_of(picture: NDArray[np.uint8]) -> Any:
    """Return display RGB (H, W, 3) as a QImage that keeps its own pixels."""
    height, width = picture.shape[:2]
    pixels = np.ascontiguousarray(picture)
    return QtGui.QImage(pixels.tobytes(), width, height, 3 * width, QtGui.QImage.Format.Format_RGB888).copy()


def pixels_of(image: Any) -> NDArray[np.uint8]:
    """Return a QImage as display RGB (H, W, 3)."""
    image = image.convertToFormat(QtGui.QImage.Format.Format_RGB888)
    rows = np.frombuffer(bytes(image.constBits()), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)


_SPECIAL = {
    "Left": "Key_Left", "Right": "Key_Right", "Home": "Key_Home", "End": "Key_End", "Return": "Key_Return",
    "Enter": "Key_Enter", "Esc": "Key_Escape", "Space": "Key_Space", "F1": "Key_F1", "Delete": "Key_Delete",
    "Tab": "Key_Tab", "Up": "Key_Up", "Down": "Key_Down",
}


def key_name(event: Any) -> str:
    """Return a key event as in the table of keys, such as "Ctrl+Shift+Z"; Shift is left out where it makes a sign."""
    code, modifiers = int(event.key()), event.modifiers()
    name = next((name for name, key in _SPECIAL.items() if code == int(getattr(Qt.Key, key))), "")
    is_sign = not name and 0x21 <= code < 0x7f and not chr(code).isalpha()
    name = name or (chr(code) if 0x21 <= code < 0x7f else "")
    held = [("Ctrl", Qt.KeyboardModifier.ControlModifier), ("Alt", Qt.KeyboardModifier.AltModifier)]
    held += [] if is_sign else [("Shift", Qt.KeyboardModifier.ShiftModifier)]
    return "+".join([word for word, one in held if modifiers & one] + [name]) if name else ""


class Widget(QtWidgets.QWidget):  # type: ignore[misc, name-defined]
    """A widget; what derives from it is typed."""


class PushButton(QtWidgets.QPushButton):  # type: ignore[misc, name-defined]
    """A button; what derives from it is typed."""


class ListWidget(QtWidgets.QListWidget):  # type: ignore[misc, name-defined]
    """A list that never takes the focus nor scrolls sideways; what derives from it is typed."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QtWidgets.QAbstractItemView.ScrollMode.ScrollPerPixel)


class Window(QtWidgets.QMainWindow):  # type: ignore[misc, name-defined]
    """A window of its own; what derives from it is typed."""


class Messenger(QtCore.QObject):  # type: ignore[misc, name-defined]
    """Carries what other threads tell into the window's."""

    told = Signal(object)

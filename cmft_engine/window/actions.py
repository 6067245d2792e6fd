"""What keys, buttons and clicks of the review window do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from .correcting import Correcting
from .gestures import PIN, TOOLS
from .going import Going
from .keys import actions
from .looking import Looking
from .qt import Messenger, QtCore, QtWidgets, key_name
from .review_window import ReviewWindow
from .tool_bar import ACTION_OF

_KEY_PRESS, _KEY_RELEASE = QtCore.QEvent.Type.KeyPress, QtCore.QEvent.Type.KeyRelease
_IN_TEXT = ("back", "quit", "undo", "redo")  # what keys do while one types


class Actions(Messenger):
    """Hears the keys of a window, wherever in it the focus is, and its parts' signals."""

    def __init__(self, window: ReviewWindow) -> None:
        """Begin with the first frame and pins."""
        super().__init__(window)
        self.window, self._by_key = window, actions()
        self.going = Going(window)
        self.correcting, self.looking = Correcting(window, self.going), Looking(window)
        self._do: dict[str, Callable[[], Any]] = {
            ACTION_OF[tool.name]: partial(self.correcting.use, tool) for tool in TOOLS}
        self._do |= {name: self.looking.look_again for name in window.bar.shown if name.startswith("toggle_")}
        for name in set(self._by_key.values()) - self._do.keys():
            part = next(part for part in (self.going, self.correcting, self.looking) if hasattr(part, name))
            self._do[name] = getattr(part, name)
        self._connect()
        self.correcting.use(PIN)
        self.going.go(window.session.frame)
        QtWidgets.QApplication.instance().installEventFilter(self)

    def _connect(self) -> None:
        window, correcting, going = self.window, self.correcting, self.going
        window.bar.pressed.connect(lambda action: self.do(action, by_button=True))
        window.canvas.clicked.connect(lambda x, y: correcting.gesture(((x, y),)))
        window.canvas.dragged.connect(correcting.gesture)
        window.canvas.picked.connect(correcting.pick)
        window.canvas.hovered.connect(window.say_where)
        window.strip.strip.chosen.connect(going.go)
        window.tracks.opened.connect(going.open_track)
        window.advice.clicked.connect(going.paint_next)
        window.corrections.opened.connect(going.go)
        window.corrections.switched.connect(window.session.switch)
        window.palette_view.chosen.connect(correcting.take_color)
        window.painting.view.picked.connect(window.palette_view.choose)
        window.painting.wanted.connect(window.session.looks.show_painting)

    def eventFilter(self, watched: Any, event: Any) -> bool:
        """Qt calls this for every event of the application, before its widgets."""
        kind = event.type()
        if kind not in (_KEY_PRESS, _KEY_RELEASE) or not self.window.isActiveWindow() or not isinstance(
                watched, QtWidgets.QWidget):
            return False
        name = key_name(event)
        is_typing = isinstance(self.window.focusWidget(), QtWidgets.QLineEdit)
        if name == "Space" and not is_typing:
            if not event.isAutoRepeat():
                self.window.canvas.hold_space(kind == _KEY_PRESS)
            return True
        action = self._by_key.get(name)
        if kind == _KEY_RELEASE or action is None or (is_typing and action not in _IN_TEXT):
            return False
        self.do(action)
        return True

    def do(self, action: str, *, by_button: bool = False) -> None:
        """Do an action by its name; a key also presses the button that shows it."""
        self.window.trouble.setText("")
        button = self.window.bar.shown.get(action)
        if button is not None and not by_button:
            button.setChecked(not button.isChecked())
        if self.window.help.isVisible() and action != "help":
            self.window.help.hide()
            if action == "back":
                return
        self._do[action]()

"""The bar over the picture: tools, what is shown, and approval; every button names its key."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from .gestures import TOOLS, Tool
from .keys import KEYS, key_of
from .qt import Qt, QtWidgets, Signal

ACTION_OF = {"Pin": "pin", "Bucket": "bucket", "Stroke": "stroke", "Area": "area",
             "Recolour": "recolor", "Lock": "lock", "Unknown": "unknown",
             "Close gap": "close_gap", "Open gap": "open_gap"}
NO_COLOR = "no colour"
SWATCH_PX = 22  # of the colour itself, beside its name
ALONG = "along_track"  # the switch of the two tools before it
SHOWN = (("Ink", "toggle_ink", True), ("Flats", "toggle_flats", True), ("Confidence", "toggle_confidence", False),
         ("Regions", "toggle_regions", False), ("Track", "toggle_track", True), ("Wipe", "wipe", False))


class ColorName(QtWidgets.QLabel):  # type: ignore[misc, name-defined]
    """The colour that tools paint with; on a narrow screen a long name gives way to the buttons, and its end is cut."""

    def __init__(self) -> None:
        super().__init__(NO_COLOR)
        self.setObjectName("color")
        self.setIndent(0)
        self._name = NO_COLOR

    def show_color(self, name: str, color: Sequence[int]) -> None:
        """Show a colour: its name and display RGB."""
        self._name = name
        self.setToolTip(name)
        self.setStyleSheet("border-left: {}px solid rgb({}, {}, {});".format(SWATCH_PX, *color))
        self.updateGeometry()
        self._fit()

    def sizeHint(self) -> Any:
        """The size for the whole name."""
        return self._size_of(self._name)

    def minimumSizeHint(self) -> Any:
        """The size for the words that stand there before a colour is chosen: a colour needs no more."""
        size = self._size_of(NO_COLOR)
        if self._name != NO_COLOR:
            size.setWidth(size.width() - SWATCH_PX)
        return size

    def resizeEvent(self, event: Any) -> None:
        """Cut the name to what is there."""
        super().resizeEvent(event)
        self._fit()

    def _size_of(self, name: str) -> Any:
        size = super().sizeHint()
        size.setWidth(self.fontMetrics().horizontalAdvance(name) + self.width() - self.contentsRect().width())
        return size

    def _fit(self) -> None:
        width = self.contentsRect().width()
        self.setText(self.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, width))


class ToolBar(QtWidgets.QFrame):  # type: ignore[misc, name-defined]
    """Buttons; each press is told as the action of its key."""

    pressed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("bar")
        self._layout = QtWidgets.QHBoxLayout(self)
        self._layout.setContentsMargins(6, 4, 8, 4)
        self._layout.setSpacing(1)
        self.tools = {tool: self._button(tool.name, ACTION_OF[tool.name], tool.help) for tool in TOOLS}
        self.shown = {ALONG: self._button("Along", ALONG, "A gap line is drawn in the other drawings too, where "
                                          "their lines went.")}
        self._gap()
        self.shown |= {action: self._button(text, action, _help(action)) for text, action, _ in SHOWN}
        for _, action, is_on in SHOWN:
            self.shown[action].setChecked(is_on)
        self._gap()
        for text, action in (("Undo", "undo"), ("Redo", "redo")):
            self._button(text, action, _help(action), checks=False)
        self._gap()
        self.color = ColorName()
        self._layout.addWidget(self.color)
        self._layout.addStretch(1)
        self._button("Keys", "help", "All keys", checks=False)
        self.approve = self._button("Approve", "approve", "This frame is right as it is: no later correction changes "
                                    "it, and its colours spread to others.", checks=False)
        self.approve.setObjectName("approve")

    @property
    def goes_along(self) -> bool:
        """Whether gap lines go along their track."""
        return bool(self.shown[ALONG].isChecked())

    def choose(self, tool: Tool) -> None:
        """Show which tool is used."""
        for one, button in self.tools.items():
            button.setChecked(one is tool)

    def show_color(self, name: str, color: Sequence[int]) -> None:
        """Show which colour tools paint with: its name and display RGB."""
        self.color.show_color(name, color)

    def _button(self, text: str, action: str, tip: str, *, checks: bool = True) -> Any:
        button = QtWidgets.QPushButton(text)
        button.setObjectName(action)
        button.setCheckable(checks)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setToolTip(f"{tip}  [{key_of(action)}]")
        button.clicked.connect(partial(self._press, action))
        self._layout.addWidget(button)
        return button

    def _press(self, action: str, _checked: bool = False) -> None:
        self.pressed.emit(action)

    def _gap(self) -> None:
        line = QtWidgets.QFrame()
        line.setObjectName("gap")
        self._layout.addWidget(line)


def _help(action: str) -> str:
    text = next(key.help for key in KEYS if key.action == action)
    return text[0].upper() + text[1:]

"""Where the parts of the review window lie."""

from __future__ import annotations

from typing import Any

from .qt import Qt, QtWidgets

SIZE = 1480, 900  # px, at first
SIDES = 270, 360


def lay_out(window: Any) -> None:
    """Put the parts of a `ReviewWindow` into it."""
    left = _column(("Doubtful tracks", window.tracks, window.advice), ("Corrections", window.corrections))
    left.setSizes([400, 260])
    right = _column(("Painting", window.painting), ("Palette", window.palette_view))
    right.setSizes([260, 400])
    across = QtWidgets.QSplitter(Qt.Orientation.Horizontal)
    for part in (left, window.canvas, right):
        across.addWidget(part)
    across.setStretchFactor(1, 1)
    across.setSizes([SIDES[0], SIZE[0] - sum(SIDES), SIDES[1]])
    whole = QtWidgets.QWidget()
    layout = QtWidgets.QVBoxLayout(whole)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(window.bar)
    layout.addWidget(across, 1)
    layout.addWidget(window.strip)
    window.setCentralWidget(whole)
    window.trouble.setObjectName("trouble")
    window.trouble.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    for part, stretch in ((window.where, 0), (window.trouble, 1), (window.work, 0)):
        window.statusBar().addWidget(part, stretch)
    window.statusBar().setSizeGripEnabled(False)


def _column(*parts: tuple[Any, ...]) -> Any:
    """parts: heading and part, and what stands beside the heading."""
    column = QtWidgets.QSplitter(Qt.Orientation.Vertical)
    for title, part, *beside in parts:
        box = QtWidgets.QWidget()
        layout = QtWidgets.QVBoxLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        heading = QtWidgets.QLabel(title)
        heading.setObjectName("heading")
        top = QtWidgets.QHBoxLayout()
        top.addWidget(heading, 1)
        for one in beside:
            top.addWidget(one)
        layout.addLayout(top)
        layout.addWidget(part, 1)
        column.addWidget(box)
    return column

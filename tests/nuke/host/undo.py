"""Undo steps: what one Ctrl+Z takes back. A change outside a `nuke.Undo` group is a step of its own."""

from __future__ import annotations

from typing import Callable, Iterable, List, Optional, Tuple

Change = Tuple[str, Callable[[], object], Callable[[], object]]


class UndoStack:
    """Steps made and undone; a step is a name and its changes in order."""

    def __init__(self) -> None:
        self.steps: List[Tuple[str, List[Change]]] = []
        self.undone: List[Tuple[str, List[Change]]] = []
        self.open: List[Tuple[List[str], List[Change]]] = []  # groups begun, [name] and changes; the outermost counts
        self.off = 0
        self._replaying = False

    def record(self, name: str, back: Callable[[], object], forth: Callable[[], object]) -> None:
        """Keep a change: how to take it back and how to make it again."""
        if self.off or self._replaying:
            return
        self.undone = []
        if self.open:
            self.open[0][1].append((name, back, forth))
        else:
            self.steps.append((name, [(name, back, forth)]))

    def begin(self, name: Optional[str] = None) -> None:
        self.open.append(([name or ""], []))

    def name_it(self, name: str) -> None:
        if self.open:
            self.open[0][0][0] = name
        elif self.steps:
            self.steps[-1] = (name, self.steps[-1][1])

    def end(self) -> None:
        if not self.open:
            raise RuntimeError("Undo.end without Undo.begin")
        (name,), changes = self.open.pop()
        if changes:
            self.steps.append((name or changes[0][0], changes))

    def cancel(self) -> None:
        """Take back what the open group did, and close it."""
        _, changes = self.open.pop()
        self._replay([back for _, back, _ in reversed(changes)])

    def undo(self) -> None:
        if self.open:
            raise RuntimeError("undo inside an open Undo group")
        if self.steps:
            step = self.steps.pop()
            self._replay([back for _, back, _ in reversed(step[1])])
            self.undone.append(step)

    def redo(self) -> None:
        if self.undone:
            step = self.undone.pop()
            self._replay([forth for _, _, forth in step[1]])
            self.steps.append(step)

    def _replay(self, actions: Iterable[Callable[[], object]]) -> None:
        self._replaying = True
        try:
            for action in actions:
                action()
        finally:
            self._replaying = False

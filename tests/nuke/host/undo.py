"""Undo steps: what one Ctrl+Z takes back. A change outside a `nuke.Undo` group is a step of its own."""

from __future__ import annotations

from typing import Callable, Iterable, List, NamedTuple, Optional


class Change(NamedTuple):
    """One change: its name, how to take it back and how to make it again."""

    name: str
    back: Callable[[], object]
    forth: Callable[[], object]


class Step:
    """Changes that go together, in order; without a name of its own it has that of the first."""

    def __init__(self, name: str) -> None:
        self.own_name = name
        self.changes: List[Change] = []

    @property
    def name(self) -> str:
        return self.own_name or (self.changes[0].name if self.changes else "")


class UndoStack:
    """Steps made and undone."""

    def __init__(self) -> None:
        self.steps: List[Step] = []
        self.undone: List[Step] = []
        self.open: List[Step] = []  # groups begun; the outermost one takes the changes
        self.off = 0
        self._replaying = False

    def record(self, name: str, back: Callable[[], object], forth: Callable[[], object]) -> None:
        """Keep a change: how to take it back and how to make it again."""
        if self.off or self._replaying:
            return
        self.undone = []
        if not self.open:
            self.steps.append(Step(name))
        step = self.open[0] if self.open else self.steps[-1]
        step.changes.append(Change(name, back, forth))

    def begin(self, name: Optional[str] = None) -> None:
        self.open.append(Step(name or ""))

    def name_it(self, name: str) -> None:
        """Name the group that is open, without one the last step."""
        for step in self.open[:1] or self.steps[-1:]:
            step.own_name = name

    def end(self) -> None:
        if not self.open:
            raise RuntimeError("Undo.end without Undo.begin")
        step = self.open.pop()
        self.steps += [step] if step.changes else []

    def cancel(self) -> None:
        """Take back what the open group did, and close it."""
        self._replay([change.back for change in reversed(self.open.pop().changes)])

    def undo(self) -> None:
        if self.open:
            raise RuntimeError("undo inside an open Undo group")
        if self.steps:
            step = self.steps.pop()
            self._replay([change.back for change in reversed(step.changes)])
            self.undone.append(step)

    def redo(self) -> None:
        if self.undone:
            step = self.undone.pop()
            self._replay([change.forth for change in step.changes])
            self.steps.append(step)

    def _replay(self, actions: Iterable[Callable[[], object]]) -> None:
        self._replaying = True
        try:
            for action in actions:
                action()
        finally:
            self._replaying = False

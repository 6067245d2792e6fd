"""A node, with the methods of `nuke.Node`. Groups and the root are in groups.py."""

from __future__ import annotations

import re
from collections import OrderedDict

from . import knob_factory, schema
from .knob_base import Knob
from .nk_text import split
from .ranges import FrameRange

NAME = re.compile(r"^[A-Za-z_]\w*$")
NOT_ATTACHED = "A PythonObject is not attached to a node"
INPUTS, HIDDEN_INPUTS, EXPRESSIONS, LINKINPUTS = 1, 2, 4, 8


class Node:
    """One node. Made by the document alone; once deleted, every method raises ValueError, as in Nuke."""

    def __init__(self, session, class_name, group) -> None:
        self._session, self._class, self._group = session, class_name, group
        self._knobs = OrderedDict()
        self._inputs = []
        self._deleted = False
        self._callbacks = []
        self._reloads = 0  # presses of a Read's reload button
        for name, spec in schema.knob_specs(class_name).items():
            self._attach(knob_factory.from_spec(name, spec))

    def _attach(self, knob: Knob) -> None:
        knob._node = self
        self._knobs[knob._name] = knob

    def _alive(self, for_change=False):
        """Return the session; raises when deleted, a fault off the main thread."""
        if self._deleted:
            raise ValueError(NOT_ATTACHED)
        self._session.on_main_thread("{} of a node".format("change" if for_change else "use"))
        return self._session

    def _maximum(self) -> int:
        return schema.CLASSES[self._class].maximum

    def __repr__(self) -> str:
        return "<{} {}>".format(self._class, "deleted" if self._deleted else self._knobs["name"]._state)

    def __getitem__(self, name):
        knob = self.knob(name)
        if knob is None:
            raise NameError("knob {} does not exist".format(name))
        return knob

    def __len__(self):
        return len(self._knobs)

    def __hash__(self):
        return id(self)

    def __eq__(self, other):
        return self is other

    def Class(self):
        self._alive()
        return self._class

    def name(self):
        self._alive()
        return self._knobs["name"]._state

    def fullName(self):
        self._alive()
        above = self._group.fullName() if self._group is not None and self._group._group is not None else ""
        return "{}.{}".format(above, self.name()) if above else self.name()

    def setName(self, name, uncollide=True, updateExpressions=False):
        session = self._alive(for_change=True)
        if not NAME.match(name):
            raise ValueError("{!r} is no name for a node".format(name))
        free = session.document.free_name(name, self._group, self) if uncollide else name
        if free != name and not uncollide:
            raise ValueError("{!r} is taken".format(name))
        self._knobs["name"]._write(free)

    def parent(self):
        self._alive()
        return self._group

    def rootNode(self):
        return self._alive().root

    def knob(self, p, follow_link=True):
        self._alive()
        return list(self._knobs.values())[p] if isinstance(p, int) else self._knobs.get(p)

    def knobs(self):
        self._alive()
        return dict(self._knobs)

    def allKnobs(self):
        return list(self.knobs().values())

    def numKnobs(self):
        return len(self._knobs)

    getNumKnobs = numKnobs

    def addKnob(self, knob):
        session = self._alive(for_change=True)
        if knob._name in self._knobs:
            raise ValueError("{} has a knob {} already".format(self.name(), knob._name))
        knob_factory.adopt(knob)
        self._attach(knob)
        session.undo.record("add knob", lambda: self._knobs.pop(knob._name), lambda: self._attach(knob))
        session.touched()

    def removeKnob(self, knob):
        session = self._alive(for_change=True)
        if knob._user is None:
            raise ValueError("{} is not a user knob".format(knob._name))
        self._knobs.pop(knob._name)
        session.undo.record("remove knob", lambda: self._attach(knob), lambda: self._knobs.pop(knob._name))
        session.touched()

    def readKnobs(self, s):
        words = split(s, self.name())
        for name, value in zip(words[::2], words[1::2]):
            self[name].fromScript(value)

    def writeKnobs(self, flags=0):
        return self._alive().document.knob_lines(self)

    def resetKnobsToDefault(self):
        for knob in self.allKnobs():
            if knob._name not in ("name", "xpos", "ypos"):
                knob._write(knob._default)

    def inputs(self):
        self._alive()
        return len(self._inputs)

    def input(self, index):
        self._alive()
        return self._inputs[index] if 0 <= index < len(self._inputs) else None

    def maxInputs(self):
        self._alive()
        return self._maximum()

    maximumInputs = maxInputs

    def minInputs(self):
        self._alive()
        return schema.CLASSES[self._class].minimum

    minimumInputs = minInputs

    def optionalInput(self):
        return {"Copy": 2, "Merge2": 2, "Dissolve": 2}.get(self._class, self.minInputs())

    def canSetInput(self, i, node):
        if not 0 <= i < self._maximum() or node is self or (node is not None and node._group is not self._group):
            return False
        return node is None or self not in _upstream(node)

    def setInput(self, i, node):
        session = self._alive(for_change=True)
        if not self.canSetInput(i, node):
            return False
        before = list(self._inputs)
        after = before + [None] * (i + 1 - len(before))
        after[i] = node
        while after and after[-1] is None:
            after.pop()
        self._set_inputs(after)
        if after != before:
            session.undo.record("connect {}".format(self.name()), lambda: self._set_inputs(before),
                                lambda: self._set_inputs(after))
            session.touched()
            session.callbacks.input_changed(self)
        return True

    def connectInput(self, i, node):
        return self.setInput(i, node)

    def _set_inputs(self, inputs) -> None:
        self._inputs = list(inputs)

    def dependencies(self, mask):
        self._alive()
        wired = [node for node in self._inputs if node is not None] if mask & INPUTS else []
        return wired + (self._session.expressions.sources(self) if mask & EXPRESSIONS else [])

    def dependent(self, mask, forceEvaluate=True):
        self._alive()
        around = self._group._children if self._group is not None else []
        wired = [node for node in around if self in node._inputs] if mask & INPUTS else []
        everywhere = self._session.all_nodes(self._session.root, True) if mask & EXPRESSIONS else []
        return wired + [node for node in everywhere if self in self._session.expressions.sources(node)]

    def isSelected(self):
        return self["selected"].value()

    def setSelected(self, selected):
        self._alive(for_change=True)
        self._knobs["selected"]._restore((float(bool(selected)),))

    def selectOnly(self):
        for node in self._group._children:
            node.setSelected(node is self)

    def xpos(self):
        return self["xpos"].value()

    def ypos(self):
        return self["ypos"].value()

    def setXpos(self, x):
        self["xpos"].setValue(int(x))

    def setYpos(self, y):
        self["ypos"].setValue(int(y))

    def setXYpos(self, x, y):
        self.setXpos(x)
        self.setYpos(y)

    def screenWidth(self):
        return 80

    def screenHeight(self):
        return 18

    def autoplace(self):
        self._alive(for_change=True)

    def redraw(self):
        self._alive()

    def forceValidate(self):
        self._alive()

    def help(self):
        return self["help"].value()

    def shown(self):
        return self in self._alive().panels

    def showControlPanel(self, forceFloat=False):
        self._alive().open_panel(self)

    def hideControlPanel(self):
        session = self._alive()
        if self in session.panels:
            session.panels.remove(self)

    def format(self):
        return self._alive().image(self).format_knob()

    def bbox(self):
        return Info(*self._alive().image(self).box)

    def width(self):
        return self.format().width()

    def height(self):
        return self.format().height()

    def pixelAspect(self):
        return self.format().pixelAspect()

    def proxy(self):
        return False

    def channels(self):
        return sorted(self._alive().image(self).channels)

    def metadata(self, key=None, time=None, view=None):
        values = self._alive().image(self, time).metadata
        return dict(values) if key is None else values.get(key)

    def frameRange(self):
        return FrameRange(*self._alive().frame_range(self), 1)

    def firstFrame(self):
        return self.frameRange().first()

    def lastFrame(self):
        return self.frameRange().last()

    def upstreamFrameRange(self, i):
        node = self.input(i)
        return node.frameRange() if node is not None else None

    def opHashes(self):
        return self._alive().op_hashes(self)

    def hasError(self):
        return self._alive().error_of(self) is not None

    error = hasError

    def treeHasError(self):
        return any(node.hasError() for node in _upstream(self))

    def addCallback(self, name, callback):
        self._alive()
        self._callbacks.append((name, callback))

    def executePythonCallback(self, event):
        session = self._alive()
        session.callbacks.run_code(self, self[event], self[event].value())


class Info:
    """A box of pixels: left, bottom, width, height."""

    def __init__(self, x=0, y=0, r=0, t=0) -> None:
        self._box = (x, y, r, t)

    def x(self):
        return float(self._box[0])

    def y(self):
        return float(self._box[1])

    def w(self):
        return float(self._box[2] - self._box[0])

    def h(self):
        return float(self._box[3] - self._box[1])


def _upstream(node):
    """Return a node and all that it is made of."""
    found, waiting = [], [node]
    while waiting:
        here = waiting.pop()
        if here is not None and here not in found:
            found.append(here)
            waiting += here._inputs
    return found

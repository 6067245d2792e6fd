"""A node with all methods of `nuke.Node`. Groups and the root are in groups.py."""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, List, Optional, Union

from . import knob_factory, schema, tree, writing
from .base import AnyNode, Knob, Session, upstream
from .ranges import Format, FrameRange
from .tcl import split

NAME = re.compile(r"^[A-Za-z_]\w*$")
INPUTS, HIDDEN_INPUTS, EXPRESSIONS, LINKINPUTS = 1, 2, 4, 8
PLACES = ("name", "xpos", "ypos")  # what resetKnobsToDefault leaves alone


class Info:
    """A box of pixels: left, bottom, width, height."""

    def __init__(self, x: float = 0, y: float = 0, r: float = 0, t: float = 0) -> None:
        self._box = (x, y, r, t)

    def x(self) -> float:
        return float(self._box[0])

    def y(self) -> float:
        return float(self._box[1])

    def w(self) -> float:
        return float(self._box[2] - self._box[0])

    def h(self) -> float:
        return float(self._box[3] - self._box[1])


class NodeKnobs(AnyNode):
    """What a node does with its knobs."""

    def knob(self, p: Union[int, str], follow_link: bool = True) -> Optional[Knob]:
        self._alive()
        return list(self._knobs.values())[p] if isinstance(p, int) else self._knobs.get(p)

    def knobs(self) -> Dict[str, Knob]:
        self._alive()
        return dict(self._knobs)

    def allKnobs(self) -> List[Knob]:
        return list(self.knobs().values())

    def numKnobs(self) -> int:
        return len(self._knobs)

    getNumKnobs = numKnobs

    def addKnob(self, knob: Knob) -> None:
        session = self._alive(for_change=True)
        if knob._name in self._knobs:
            raise ValueError("{} has a knob {} already".format(self.name(), knob._name))
        knob_factory.adopt(knob)
        self._attach(knob)
        session.undo.record("add knob", lambda: self._detach(knob), lambda: self._attach(knob))
        session.touched()

    def removeKnob(self, knob: Knob) -> None:
        session = self._alive(for_change=True)
        if knob._user is None:
            raise ValueError("{} is not a user knob".format(knob._name))
        self._detach(knob)
        session.undo.record("remove knob", lambda: self._attach(knob), lambda: self._detach(knob))
        session.touched()

    def readKnobs(self, s: str) -> None:
        words = split(s, self.name())
        for name, value in zip(words[::2], words[1::2]):
            self[name].fromScript(value)

    def writeKnobs(self, flags: int = 0) -> str:
        self._alive()
        return writing.knob_lines(self)

    def resetKnobsToDefault(self) -> None:
        for knob in self.allKnobs():
            if knob._name not in PLACES:
                knob._write(knob._default)

    def help(self) -> str:
        return str(self["help"].value())

    def xpos(self) -> int:
        return int(self["xpos"].value())

    def ypos(self) -> int:
        return int(self["ypos"].value())

    def setXpos(self, x: int) -> None:
        self["xpos"].setValue(int(x))

    def setYpos(self, y: int) -> None:
        self["ypos"].setValue(int(y))

    def setXYpos(self, x: int, y: int) -> None:
        self.setXpos(x)
        self.setYpos(y)


class NodePicture(AnyNode):
    """What a node tells of its picture: size, box, channels, metadata, range, errors."""

    def format(self) -> Format:
        return self._alive().image(self).format_knob()

    def bbox(self) -> Info:
        return Info(*self._alive().image(self).box)

    def width(self) -> int:
        return self.format().width()

    def height(self) -> int:
        return self.format().height()

    def pixelAspect(self) -> float:
        return self.format().pixelAspect()

    def proxy(self) -> bool:
        return False

    def channels(self) -> List[str]:
        return sorted(self._alive().image(self).channels)

    def metadata(self, key: Optional[str] = None, time: Optional[float] = None, view: Any = None) -> Any:
        values = self._alive().image(self, time).metadata
        return dict(values) if key is None else values.get(key)

    def frameRange(self) -> FrameRange:
        return FrameRange(*self._alive().frame_range(self), 1)

    def firstFrame(self) -> int:
        return self.frameRange().first()

    def lastFrame(self) -> int:
        return self.frameRange().last()

    def upstreamFrameRange(self, i: int) -> Optional[FrameRange]:
        node = self.input(i)
        return FrameRange(*self._alive().frame_range(node), 1) if node is not None else None

    def opHashes(self) -> List[int]:
        return self._alive().op_hashes(self)

    def hasError(self) -> bool:
        return self._alive().error_of(self) is not None

    error = hasError

    def treeHasError(self) -> bool:
        session = self._alive()
        return any(session.error_of(node) is not None for node in upstream(self))


class Node(NodeKnobs, NodePicture):
    """One node: name, wires, panel. Made by the document alone."""

    def __init__(self, session: Session, class_name: str, group: Optional[AnyNode]) -> None:
        AnyNode.__init__(self, session, class_name, group)
        for name, spec in schema.knob_specs(class_name).items():
            self._attach(knob_factory.from_spec(name, spec))

    def setName(self, name: str, uncollide: bool = True, updateExpressions: bool = False) -> None:
        self._alive(for_change=True)
        if not NAME.match(name):
            raise ValueError("{!r} is no name for a node".format(name))
        free = tree.free_name(name, self._group, self)
        if free != name and not uncollide:
            raise ValueError("{!r} is taken".format(name))
        self._knobs["name"]._write(free)

    def parent(self) -> Optional[AnyNode]:
        self._alive()
        return self._group

    def rootNode(self) -> AnyNode:
        return self._alive().root

    def maxInputs(self) -> int:
        self._alive()
        return self._maximum()

    maximumInputs = maxInputs

    def minInputs(self) -> int:
        self._alive()
        return schema.CLASSES[self._class].minimum

    minimumInputs = minInputs

    def optionalInput(self) -> int:
        return schema.OPTIONAL_INPUT.get(self._class, schema.CLASSES[self._class].minimum)

    def connectInput(self, i: int, node: Optional[AnyNode]) -> bool:
        return self.setInput(i, node)

    def dependencies(self, mask: int) -> List[AnyNode]:
        session = self._alive()
        wired = [node for node in self._inputs if node is not None] if mask & INPUTS else []
        return wired + (session.expressions.sources(self) if mask & EXPRESSIONS else [])

    def dependent(self, mask: int, forceEvaluate: bool = True) -> List[AnyNode]:
        session = self._alive()
        wired = tree.followers(self) if mask & INPUTS else []
        everywhere = tree.descendants(session.root, True) if mask & EXPRESSIONS else []
        return wired + [node for node in everywhere if self in session.expressions.sources(node)]

    def screenWidth(self) -> int:
        return 80

    def screenHeight(self) -> int:
        return 18

    def autoplace(self) -> None:
        self._alive(for_change=True)

    def redraw(self) -> None:
        self._alive()

    forceValidate = redraw

    def shown(self) -> bool:
        return self in self._alive().panels

    def showControlPanel(self, forceFloat: bool = False) -> None:
        self._alive().open_panel(self)

    def hideControlPanel(self) -> None:
        session = self._alive()
        if self in session.panels:
            session.panels.remove(self)

    def addCallback(self, name: str, callback: Callable[[], object]) -> None:
        self._alive()
        self._callbacks.append((name, callback))

    def executePythonCallback(self, event: str) -> None:
        session = self._alive()
        session.callbacks.run_code(self, self[event], self[event].value())

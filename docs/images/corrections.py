"""Make corrections-track.png and corrections-wipe.png: `python -m docs.images.corrections demo`, after `cmft demo`.

The script does what docs/corrections.md says in the window itself, by keys and clicks, on a copy of the demo's folder:
on the display that there is, `xvfb-run -s "-screen 0 1600x1000x24"` before it without one. After each correction it
prints in which frames the hand is wrong, and at the end how many actions that took. Needs the environment of
`install.py test`.
"""

from __future__ import annotations

import shutil
import sys
import time
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image

from cmft_engine.protocol.corrections import Point
from cmft_engine.window.opening import open_window
from cmft_engine.window.qt import Qt, QtCore, application, pixels_of
from cmft_training.synthetic.example_shot import FIRST_FRAME, FRAMES, ExampleShot
from docs.images.demo import read
from docs.images.demo_truth import wrong_areas

SIZE = 1280, 720
COLORS = 256  # of a picture, so that it is small
FINGER, WIPE_X, ZOOM = (331.0, 386.0), 335.0, 3.0  # px in frame 1019; how closely the hand is looked at
EARLIER, LATER, PALM = (399.0, 424.0), (316.0, 376.0), (302.0, 464.0)  # px: the finger in 1008, in 1020; palm in 1021


class Person:
    """Types and clicks in the window, and counts it: a searched colour is one action."""

    def __init__(self, window: Any) -> None:
        """window: open, on a coloured example."""
        self.window, self.actions = window, 0
        self._test = import_module(QtCore.__name__.split(".")[0] + ".QtTest").QTest
        shot, numbers = ExampleShot(), range(FIRST_FRAME, FIRST_FRAME + FRAMES)
        self._truth = {number: (shot.frame(number), shot.is_on(number, "hand")) for number in numbers}
        self.settle()

    def settle(self) -> None:
        """Let the window show all that was asked for."""
        for _ in range(3):
            self.window.session.wait(120)
            until = time.monotonic() + 0.2
            while time.monotonic() < until:
                application().processEvents()

    def key(self, name: str) -> None:
        """Press a key."""
        self._do(lambda: self._test.keyClick(self.window.canvas, getattr(Qt.Key, "Key_" + name)))

    def go_on_to(self, point: Point) -> None:
        """Press N until the track is chosen whose region lies at a point, x and y in px of the frame that is shown."""
        for _ in self.window.session.tracks:
            self.key("N")
            here = [one.unsure.label for one in self.window.track.doubts if one.frame == self.window.session.frame]
            if self.window.canvas.region_at(*point) in here:
                return
        raise AssertionError(f"no doubtful track has a region at {point}")

    def color(self, name: str) -> None:
        """Search a colour."""
        def search() -> None:
            self._test.keyClick(self.window.canvas, Qt.Key.Key_Slash)
            self._test.keyClicks(self.window.focusWidget(), name)
            self._test.keyClick(self.window.focusWidget(), Qt.Key.Key_Return)
        self._do(search)

    def click(self, point: Point) -> None:
        """Click a place of the picture, x and y in px."""
        self._do(lambda: self._test.mouseClick(self.window.canvas, Qt.MouseButton.LeftButton,
                                               Qt.KeyboardModifier.NoModifier, self._place(point)))

    def open_frame(self, number: int) -> None:
        """Click a frame of the strip."""
        strip = self.window.strip.strip
        self._do(lambda: self._test.mouseClick(strip, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
                                               QtCore.QPoint(strip.middle(number), 30)))

    def drag(self, start: Point, end: Point) -> None:
        """Drag in the picture."""
        def drag() -> None:
            self._test.mousePress(self.window.canvas, Qt.MouseButton.LeftButton, pos=self._place(start))
            self._test.mouseMove(self.window.canvas, self._place(end))
            self._test.mouseRelease(self.window.canvas, Qt.MouseButton.LeftButton, pos=self._place(end))
        self._do(drag)

    def tell(self, words: str) -> None:
        """Print what was done, and in which frames the plates show a wrong hand."""
        session = self.window.session
        frames = [number for number in self._truth if self._is_wrong(number)]
        print(f"{self.actions} actions, {words}; in frame {session.frame}; the hand is wrong in {frames}")

    def _is_wrong(self, number: int) -> bool:
        frame, in_hand = self._truth[number]
        areas = wrong_areas(read(self.window.session.colored.frames[number].path), frame)
        return any(in_hand[areas == area].mean() > 0.5 for area in np.unique(areas[areas > 0]))

    def _place(self, point: Point) -> Any:
        return QtCore.QPoint(*map(round, self.window.canvas.place.to_screen(*point)))

    def _do(self, action: Any) -> None:
        action()
        self.actions += 1
        self.settle()


def write_pictures(demo: Path) -> None:
    """Write both pictures beside this file."""
    with TemporaryDirectory(prefix="cmft-docs-") as folder:
        window, actions = open_window(Path(shutil.copytree(demo, Path(folder) / "demo")))
        window.resize(*SIZE)
        window.activateWindow()
        person = Person(window)
        person.tell("the window is open")
        walk(person)
        application().removeEventFilter(actions)
        window.session.close()


def walk(person: Person) -> None:
    """Do the steps of the page."""
    person.go_on_to(FINGER)
    person.tell(f"row {person.window.row + 1} of {len(person.window.session.tracks)}: {person.window.track.name}")
    _save(person.window, "corrections-track.png")
    person.color("skin")
    person.click(FINGER)
    person.tell("the finger is clicked")
    _compare(person)
    person.open_frame(1008)
    person.click(EARLIER)
    person.tell("an earlier frame is clicked")
    person.open_frame(1020)
    person.click(LATER)
    person.tell("a later frame is clicked")
    person.key("Right")
    person.color("skin 4")
    person.click(PALM)
    person.tell("the palm's shadow is clicked")


def _compare(person: Person) -> None:
    """Save the picture of before and after; none of this is counted."""
    counted, canvas = person.actions, person.window.canvas
    canvas.zoom(ZOOM, canvas.place.to_screen(*FINGER))
    person.key("5")
    person.key("W")
    person.drag((canvas.wipe, FINGER[1]), (WIPE_X, FINGER[1]))
    _save(person.window, "corrections-wipe.png")
    person.key("W")
    person.key("5")
    person.key("F")
    person.actions = counted


def _save(window: Any, name: str) -> None:
    """Write the window as a PNG of few colours, near enough to be seen as what they are."""
    picture = Image.fromarray(pixels_of(window.grab().toImage()))
    few = picture.quantize(COLORS, method=Image.Quantize.MEDIANCUT, kmeans=4, dither=Image.Dither.NONE)
    few.save(Path(__file__).with_name(name), optimize=True)


if __name__ == "__main__":
    write_pictures(Path(sys.argv[1]))

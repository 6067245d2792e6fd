"""Draw the bundled example shot: `python -m cmft_engine.training.example_shot FOLDER`. Colours come from the character."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cmft_engine.training.example_character import COLORS, build_character
from cmft_engine.training.puppet_ink import Outline, draw
from cmft_engine.training.puppet_motion import Puppet
from cmft_engine.training.puppet_rig import Part

FIRST_FRAME = 1001
FRAMES = 24
HELD_FRAME = 1013
"""The frame that shows the drawing before it once more."""

WIDTH, HEIGHT = 960, 540
_LINE_WIDTH = 2.6
_TRACE_WIDTH = 1.7
_TRACE_COLORS = {"light": (255, 0, 0), "shadow": (0, 0, 255)}

Rgba = NDArray[np.uint8]


@dataclass(frozen=True)
class ExampleFrame:
    """One frame of the shot.

    line: uint8 (HEIGHT, WIDTH, 4) straight RGBA, black main lines and coloured trace lines on transparent paper.
    painted: the same size, flats with the main lines on top, transparent outside the character.
    flats: uint8 (HEIGHT, WIDTH, 4), the flats alone.
    """

    line: Rgba
    painted: Rgba
    flats: Rgba


class ExampleShot:
    """The shot, built once; `frame(number)` draws one frame."""

    def __init__(self) -> None:
        self._puppet = Puppet(build_character(), samples_per_unit=0.2)
        self._index = {part.name: i for i, part in enumerate(self._puppet.parts)}
        keys = [part.color for part in self._puppet.parts]
        self._color = np.array([(0, 0, 0), *(_color(key) for key in keys)], np.uint8)

    def frame(self, number: int) -> ExampleFrame:
        """Return frame FIRST_FRAME … FIRST_FRAME + FRAMES - 1."""
        t = float(number - FIRST_FRAME - (number >= HELD_FRAME))
        main = self._coverage(t, lambda part: _LINE_WIDTH * part.weight if part.inked else 0.0)
        traces = {
            tone: self._coverage(t, lambda part, tone=tone: _TRACE_WIDTH if part.color.endswith("/" + tone) else 0.0)
            for tone in _TRACE_COLORS
        }
        flats = self._flats(t)
        return ExampleFrame(_line_plate(main, traces), _painted(flats, main), flats)

    def _outlines(self, t: float, width: Callable[[Part], float], scale: float) -> list[Outline]:
        puppet = self._puppet
        samples, depth, _ = puppet.pose(t)
        samples = samples * scale
        root = np.array([self._root(i) for i in range(len(puppet.parts))])
        laid_on = root != np.arange(len(root))
        order = np.argsort(depth[root] + 1e-4 * laid_on * (1 + np.arange(len(root)) / len(root)), kind="stable")
        return [self._outline(int(i), samples, width, int(root[i]), scale) for i in order]

    def _outline(self, i: int, samples, width, root: int, scale: float) -> Outline:
        part, puppet = self._puppet.parts[i], self._puppet
        on = self._index[part.on] + 1 if part.on else 0
        curve = samples[puppet.bounds[i] : puppet.bounds[i + 1]]
        return Outline(curve, (i + 1) if part.closed else 0, width(part) * scale, part.closed, on, root + 1)

    def _root(self, i: int) -> int:
        while self._puppet.parts[i].on:
            i = self._index[self._puppet.parts[i].on]
        return i

    def _coverage(self, t: float, width: Callable[[Part], float]) -> NDArray[np.float32]:
        """Return the coverage [0, 1] (HEIGHT, WIDTH) of the ink that `width` asks for."""
        large = draw(self._outlines(t, width, 2.0), 2 * WIDTH).line[: 2 * HEIGHT]
        return 1.0 - cv2.resize(large, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0

    def _flats(self, t: float) -> Rgba:
        part = draw(self._outlines(t, lambda part: 0.0, 1.0), WIDTH).part[:HEIGHT]
        return np.dstack([self._color[part], np.where(part > 0, 255, 0).astype(np.uint8)])


def _color(key: str) -> tuple[int, int, int]:
    return COLORS.get(key) or COLORS[key.split("/")[-1]]


def _line_plate(main, traces) -> Rgba:
    alpha = main.copy()
    color = np.zeros((*main.shape, 3), np.float32)
    for tone, coverage in traces.items():
        color += (coverage * (1.0 - alpha))[..., None] * np.array(_TRACE_COLORS[tone], np.float32)
        alpha += coverage * (1.0 - alpha)
    straight = color / np.maximum(alpha, 1e-6)[..., None]
    return np.dstack([np.rint(straight), np.rint(alpha * 255.0)]).astype(np.uint8)


def _painted(flats: Rgba, main) -> Rgba:
    rgb = np.rint(flats[..., :3] * (1.0 - main[..., None]))
    return np.dstack([rgb, np.maximum(flats[..., 3], np.rint(main * 255.0))]).astype(np.uint8)


def write_shot(folder: Path) -> None:
    """Write line.####.png of every frame and ref.1001.png, the first one painted, into an existing folder."""
    shot = ExampleShot()
    for number in range(FIRST_FRAME, FIRST_FRAME + FRAMES):
        frame = shot.frame(number)
        _write(folder / f"line.{number}.png", frame.line)
        if number == FIRST_FRAME:
            _write(folder / f"ref.{number}.png", frame.painted)


def _write(path: Path, rgba: Rgba) -> None:
    if not cv2.imwrite(str(path), cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA), [cv2.IMWRITE_PNG_COMPRESSION, 9]):
        raise OSError(f"could not write {path}")


if __name__ == "__main__":
    write_shot(Path(sys.argv[1]))

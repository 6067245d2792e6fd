"""Draw the bundled example shot: `python -m cmft_training.synthetic.example_shot FOLDER`. Nothing here is random."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cmft_training.synthetic.example_character import COLORS, build_character
from cmft_training.synthetic.puppet_ink import draw
from cmft_training.synthetic.puppet_layers import Layers
from cmft_training.synthetic.puppet_motion import Puppet
from cmft_training.synthetic.puppet_rig import Part

FIRST_FRAME = 1001
FRAMES = 24
HELD_FRAME = 1013
"""The frame that shows the drawing before it once more."""

WIDTH, HEIGHT = 960, 540
_FRAMING = (-92.0, 12.0)  # px, places the cast in the middle of the page
_LINE_WIDTH = 2.6
_TRACE_WIDTH = 1.7
_LEVELS = 15  # steps from paper to ink; few of them keep the files small
_TRACE_COLORS = {"light": (255, 0, 0), "shadow": (0, 0, 255)}

_PNG = (cv2.IMWRITE_PNG_COMPRESSION, 9, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE)

Rgba = NDArray[np.uint8]
Coverage = NDArray[np.float32]
"""Share of each pixel under ink, float32 (HEIGHT, WIDTH) in [0, 1]."""


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
        puppet = Puppet(build_character(), samples_per_unit=0.2)
        self._layers = Layers(puppet)
        self._bones = np.array(["", *(part.binding.bone for part in puppet.parts if part.closed)])
        group_color = np.array([(0, 0, 0), *(_color(key) for key in self._layers.color_keys)], np.uint8)
        self._color = group_color[self._layers.group]

    def frame(self, number: int) -> ExampleFrame:
        """Return frame FIRST_FRAME … FIRST_FRAME + FRAMES - 1."""
        t = _time(number)
        main = self._coverage(t, _main_width)
        traces = [self._coverage(t, partial(_trace_width, tone=tone)) for tone in _TRACE_COLORS]
        flats = self._flats(t)
        return ExampleFrame(_line_plate(main, traces), _painted(flats, main), flats)

    def is_on(self, number: int, bone: str) -> NDArray[np.bool_]:
        """Return where a frame shows the parts on a bone, bool (HEIGHT, WIDTH); none for a bone that there is not."""
        return np.asarray(self._bones[self._parts(_time(number))] == bone)

    def _coverage(self, t: float, width: Callable[[Part], float]) -> Coverage:
        """Return the coverage of the ink that `width` asks for, drawn at twice the size."""
        outlines = self._layers.outlines(t, place=partial(_on_page, scale=2.0), width=lambda part: 2.0 * width(part))
        large = 255 - draw(outlines, 2 * WIDTH, height=2 * HEIGHT).line
        coverage = cv2.resize(large, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
        return np.asarray(np.rint(coverage * _LEVELS) / _LEVELS, np.float32)

    def _flats(self, t: float) -> Rgba:
        part = self._parts(t)
        return np.dstack([self._color[part], np.where(part > 0, 255, 0).astype(np.uint8)])

    def _parts(self, t: float) -> NDArray[np.uint16]:
        """Return the number of the part that each pixel shows, (HEIGHT, WIDTH), 0 for the background."""
        outlines = self._layers.outlines(t, place=partial(_on_page, scale=1.0), width=lambda part: 0.0)
        return draw(outlines, WIDTH, height=HEIGHT).part


def _time(number: int) -> float:
    return float(number - FIRST_FRAME - (number >= HELD_FRAME))


def _on_page(samples: NDArray[np.float64], *, scale: float) -> NDArray[np.float64]:
    placed: NDArray[np.float64] = (samples + _FRAMING) * scale
    return placed


def _main_width(part: Part) -> float:
    return _LINE_WIDTH * part.weight if part.inked else 0.0


def _trace_width(part: Part, *, tone: str) -> float:
    return _TRACE_WIDTH if part.color.endswith("/" + tone) else 0.0


def _color(key: str) -> tuple[int, int, int]:
    return COLORS[key] if key in COLORS else COLORS[key.split("/")[-1]]


def _line_plate(main: Coverage, traces: list[Coverage]) -> Rgba:
    """Return black main lines over coloured trace lines, straight RGBA."""
    alpha = main.copy()
    color = np.zeros((*main.shape, 3), np.float32)
    for coverage, rgb in zip(traces, _TRACE_COLORS.values(), strict=True):
        under = coverage * (1.0 - alpha)
        color += under[..., None] * np.array(rgb, np.float32)
        alpha += under
    straight = color / np.maximum(alpha, 1e-6)[..., None]
    return np.dstack([np.rint(straight), np.rint(alpha * 255.0)]).astype(np.uint8)


def _painted(flats: Rgba, main: Coverage) -> Rgba:
    """Return black ink over the flats, straight RGBA."""
    rgb = np.rint(flats[..., :3] * (1.0 - main[..., None]))
    return np.dstack([rgb, np.maximum(flats[..., 3], np.rint(main * 255.0))]).astype(np.uint8)


def write_shot(folder: Path) -> None:
    """Write line.####.png of every frame and ref.1001.png, the first one painted; makes the folder. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    shot = ExampleShot()
    for number in range(FIRST_FRAME, FIRST_FRAME + FRAMES):
        frame = shot.frame(number)
        _write(folder / f"line.{number}.png", frame.line)
        if number == FIRST_FRAME:
            _write(folder / f"ref.{number}.png", frame.painted)


def _write(path: Path, rgba: Rgba) -> None:
    if not cv2.imwrite(str(path), cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA), _PNG):
        raise OSError(f"could not write {path}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m cmft_training.synthetic.example_shot", description=__doc__)
    parser.add_argument("folder", type=Path, help="where line.####.png and ref.1001.png are written")
    write_shot(parser.parse_args(arguments).folder)


if __name__ == "__main__":
    main()

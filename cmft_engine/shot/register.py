"""Laying a painting onto its line plate: the painting moved without a new colour, and the command that does it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from ..image.plate import Plate
from ..image.window import Window
from ..protocol.file_formats import format_of
from ..protocol.plain import shell_line
from ..protocol.settings import Settings
from .fit import Move

FOLDER = "registered"  # beside the painting
LINE_SETTINGS = ("ink_threshold", "trace_lines", "input_space")  # how lines and colours are read


def register_line(painting: Path, lines: Path, settings: Settings) -> str:
    """Return the command line that lays a painting onto a line plate, to be copied into a shell."""
    given = []
    for name in LINE_SETTINGS:
        value, flag = getattr(settings, name), name.replace("_", "-")
        if value != getattr(Settings(), name):
            given += [f"--{flag}" if value else f"--no-{flag}"] if isinstance(value, bool) else [f"--{flag}={value}"]
    out = painting.parent / FOLDER / painting.name
    kind = format_of(painting)
    if not kind.depths or kind.is_lossy:
        out = out.with_suffix(".exr" if kind.is_linear else ".png")
    return shell_line("cmft", "register", _argument(painting), "--lines", _argument(lines), "--out", _argument(out),
                      *given)


def moved_plate(painting: Plate, move: Move, *, canvas: Window, onto: Plate) -> Plate:
    """Return a painting moved, with the windows and the aspect of the line plate `onto`; every pixel is one of its own.

    canvas: on whose top left corner the move was found. Beyond the painting its outermost pixels are repeated.
    """
    window = onto.data_window.union(onto.display_window)
    source = painting.data_window.union(painting.display_window)
    filled = painting.on_canvas(source)
    across = move.columns(np.arange(window.width) + window.x - canvas.x) + canvas.x - source.x
    down = move.rows(np.arange(window.height) + window.y - canvas.y) + canvas.y - source.y
    pixels = filled.pixels[np.clip(down, 0, source.height - 1)][:, np.clip(across, 0, source.width - 1)]
    return replace(filled, pixels=pixels, data_window=window, display_window=onto.display_window,
                   pixel_aspect=onto.pixel_aspect)


def _argument(path: Path) -> str:
    """A path as an argument that is no option, whatever its name begins with."""
    return str(path) if not str(path).startswith("-") else str(Path(".")) + "/" + str(path)

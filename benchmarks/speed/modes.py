"""What the mode auto costs beside flats, of clean flats and of a softly shaded painting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.clips.rgb8 import read_rgb8, write_rgb8
from benchmarks.methods.registry import OURS

from .material import painting_path, write_material
from .measurement import Measurement, Task

MODES = ("flats", "auto")
PAINTINGS = ("clean flats", "softly shaded")
DARKEST = 0.7  # of a painting's light at its right border, 1 at its left one
MOST_OF_FLATS = 1.1  # that auto may cost


def measure_modes(
    size: str, device: str, measure: Callable[[Task, str], Measurement]
) -> dict[tuple[str, str], Measurement]:
    """Return what each mode takes for each painting at a size "WIDTHxHEIGHT".

    measure: a task, and a name to tell it by, to its figures.
    """
    found = {}
    for painting in PAINTINGS:
        with TemporaryDirectory(prefix="cmft-speed-") as folder:
            write_material(size, Path(folder))
            if painting != PAINTINGS[0]:
                shade(painting_path(Path(folder), 0))
            for mode in MODES:
                found[painting, mode] = measure(Task(OURS, folder, device, mode=mode), f"{size} {painting} {mode}")
    return found


def shade(path: Path) -> None:
    """Darken a painting smoothly from left to right, down to DARKEST of its light; the file is replaced."""
    painting = read_rgb8(path)
    light = np.linspace(1, DARKEST, painting.shape[1])[None, :, None]
    write_rgb8(np.rint(painting * light).astype(np.uint8), path)


def render_modes(found: Mapping[tuple[str, str], Measurement], size: str) -> str:
    """Return the Markdown table."""
    lines = [f"Processor and wall seconds a frame after the first, at {size}.", "",
             "| painting | mode | processor s | of flats | wall s |", "|---|---|--:|--:|--:|"]
    worst = 0.0
    for (painting, mode), one in found.items():
        ratio = one.cpu_seconds / found[painting, MODES[0]].cpu_seconds
        worst = max(worst, ratio)
        lines.append(f"| {painting} | {mode} | {one.cpu_seconds:.2f} | {ratio:.2f} | {one.seconds:.2f} |")
    verdict = "met" if worst <= MOST_OF_FLATS else "**missed**"
    return "\n".join([*lines, "", f"Auto costs at most {worst:.2f} of flats; {MOST_OF_FLATS} is asked: {verdict}."])

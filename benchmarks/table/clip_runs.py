"""One system over one clip, in every mode that the table keeps apart, in a process of its own.

first: every drawing from the first one's painting. prev: every drawing from the one before it and the system's own
result there, beginning with the first painting. stride k: a drawing from the true painting k before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.clips.validation_clip import ValidationClip
from benchmarks.methods.clock import cpu_seconds, peak_gb
from benchmarks.methods.method import REFERENCE_FRAME, Choices, Colorer, Painted, UncoloredShot
from benchmarks.methods.registry import load_method
from cmft_engine.protocol.errors import CmftError

FIRST, PREV = "first", "prev"
STRIDE_PAIRS = 3  # of a clip


def stride(step: int) -> str:
    """Return the mode's name."""
    return f"stride {step}"


@dataclass(frozen=True)
class ModeRun:
    """What came of one mode: a picture, uint8 RGB (H, W, 3), for each coloured drawing, and CPU seconds a drawing.

    reference: the number of the drawing whose painting each one was coloured from.
    """

    mode: str
    pictures: Mapping[int, np.ndarray]
    reference: Mapping[int, int]
    seconds: float


@dataclass(frozen=True)
class ClipRun:
    """All modes of one clip, and the most memory that the process had in use until then, in GB.

    failure: why there is nothing, "" when all went well.
    """

    modes: tuple[ModeRun, ...] = ()
    peak_gb: float = float("nan")
    failure: str = ""


def run_clip(name: str, choices: Choices, clip: ValidationClip, strides: Sequence[int]) -> ClipRun:
    """Colour a clip with the system of a name in every mode; what the user can mend is in `failure`."""
    try:
        color = load_method(name, choices)
        modes = [_first(color, clip), _prev(color, clip), *(_stride(color, clip, step) for step in strides)]
    except CmftError as error:
        return ClipRun(failure=str(error))
    return ClipRun(tuple(mode for mode in modes if mode.pictures), peak_gb())


def _first(color: Colorer, clip: ValidationClip) -> ModeRun:
    first, *others = sorted(clip.lines)
    started = cpu_seconds()
    pictures = _color(color, _painted(clip, first), [clip.lines[n] for n in others])
    seconds = (cpu_seconds() - started) / max(1, len(others))
    return ModeRun(FIRST, dict(zip(others, pictures, strict=True)), dict.fromkeys(others, first), seconds)


def _prev(color: Colorer, clip: ValidationClip) -> ModeRun:
    before, *others = sorted(clip.lines)
    reference, pictures, references = _painted(clip, before), {}, {}
    started = cpu_seconds()
    for number in others:
        (pictures[number],) = _color(color, reference, [clip.lines[number]])
        references[number] = before
        reference, before = Painted(clip.lines[number], pictures[number]), number
    return ModeRun(PREV, pictures, references, (cpu_seconds() - started) / max(1, len(others)))


def _stride(color: Colorer, clip: ValidationClip, step: int) -> ModeRun:
    pictures = {}
    started = cpu_seconds()
    for number in stride_targets(clip, step):
        (pictures[number],) = _color(color, _painted(clip, number - step), [clip.lines[number]])
    seconds = (cpu_seconds() - started) / max(1, len(pictures))
    return ModeRun(stride(step), pictures, {number: number - step for number in pictures}, seconds)


def stride_targets(clip: ValidationClip, step: int) -> list[int]:
    """Return at most STRIDE_PAIRS drawings that have one `step` before them, spread over the clip."""
    targets = [number for number in sorted(clip.lines) if number - step in clip.lines]
    if len(targets) <= STRIDE_PAIRS:
        return targets
    return [targets[round(i * (len(targets) - 1) / (STRIDE_PAIRS - 1))] for i in range(STRIDE_PAIRS)]


def _color(color: Colorer, reference: Painted, targets: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return the pictures of line plates that follow each other behind a reference."""
    lines = dict(enumerate(targets, REFERENCE_FRAME + 1))
    colored = color(UncoloredShot({REFERENCE_FRAME: reference}, lines))
    return [colored[frame].picture for frame in lines]


def _painted(clip: ValidationClip, number: int) -> Painted:
    return Painted(clip.lines[number], clip.paintings[number])

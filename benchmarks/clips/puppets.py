"""Validation clips of puppets, drawn on the fly from seeds that training skips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cmft_training.synthetic.drawing import Clip
from cmft_training.synthetic.puppets import Style, random_puppet_clip

from .validation_clip import GAPS, ValidationClip

PUPPET_STYLES: dict[str, Style] = {"puppets": "inked", "puppets-shaded": "shaded"}
PUPPET_SEED = 20_261_123  # first word of every validation seed; training never starts a seed with it
PUPPET_CLIPS = 16
PUPPET_PEN_SIZE = 256  # puppets take the width of the pen in px at this size


def draw_puppet_clip(
    number: int,
    *,
    style: Style,
    size: int,
    line_px: float | None = None,
    kept: Sequence[int] = (0, *GAPS),
) -> ValidationClip:
    """Return validation puppet `number`, the same on every machine, `size` px square.

    line_px: how wide the pen is, in px, instead of the clip's own; motion and colours stay the same.
    kept: which drawings are painted, the others lie between. The clip ends with the last of GAPS, or with the last
    kept if that is later; then the same scene is seen for longer, and begins earlier.
    """
    n_drawings = max(*kept, *GAPS) + 1
    clip = _puppet(number, style, size, n_drawings)
    if line_px is not None:
        line_width = line_px * PUPPET_PEN_SIZE / size
        clip = replace(_puppet(number, style, size, n_drawings, line_width=line_width), color=clip.color)
    lines = {i: np.repeat(drawing.line[..., None], 3, axis=2) for i, drawing in enumerate(clip.drawings)}
    return ValidationClip(
        name=f"{number:02d}-{clip.name}",
        lines={i: lines[i] for i in kept},
        paintings={i: clip.painted(i) for i in kept},
        parts={i: clip.drawings[i].part for i in kept},
        between={i: line for i, line in lines.items() if i not in kept},
    )


def _puppet(number: int, style: Style, size: int, n_drawings: int, *, line_width: float | None = None) -> Clip:
    rng = np.random.default_rng([PUPPET_SEED, number])
    return random_puppet_clip(rng, size=size, n_drawings=n_drawings, style=style, line_width=line_width)

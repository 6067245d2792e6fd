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
    kept: which drawings are painted, of 0 to the last of GAPS; the others lie between.
    """
    clip = _puppet(number, style, size, None)
    if line_px is not None:
        clip = replace(_puppet(number, style, size, line_px * PUPPET_PEN_SIZE / size), color=clip.color)
    lines = {i: np.repeat(drawing.line[..., None], 3, axis=2) for i, drawing in enumerate(clip.drawings)}
    return ValidationClip(
        name=f"{number:02d}-{clip.name}",
        lines={i: lines[i] for i in kept},
        paintings={i: clip.painted(i) for i in kept},
        parts={i: clip.drawings[i].part for i in kept},
        between={i: line for i, line in lines.items() if i not in kept},
    )


def _puppet(number: int, style: Style, size: int, line_width: float | None) -> Clip:
    rng = np.random.default_rng([PUPPET_SEED, number])
    return random_puppet_clip(rng, size=size, n_drawings=max(GAPS) + 1, style=style, line_width=line_width)

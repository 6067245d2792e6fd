"""The least time that a frame's counted arithmetic needs on this machine, and what a naive match would need.

Counted are convolutions, matrix products and attention of one frame; the rate is that of a large matrix product.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch
from torch.utils.flop_counter import FlopCounterMode

import cmft_engine
from cmft_engine.matching.decide import decide
from cmft_engine.matching.encoded import TARGET_LIMIT
from cmft_engine.matching.framing import frame_drawing
from cmft_engine.matching.matcher import Matcher
from cmft_engine.matching.network.device import choose_device
from cmft_engine.matching.network.network import MATCH, VALUE
from cmft_engine.matching.network.weights import load_checkpoint
from cmft_engine.shot.drawing import SegmentedDrawing
from cmft_engine.shot.references import read_drawing, read_references

from .material import TARGETS, painting_path, vote_together

RATE_SIDE, RATE_TURNS = 2048, 8
NAIVE_ROWS = 512  # a naive match is timed on so many rows


@dataclass(frozen=True)
class Floor:
    """What a frame needs at least.

    gflop: counted operations of one frame, in 10^9. rate: 10^9 operations a second. naive_seconds: all cells matched
    with all at 1/8, 1/4 and 1/2. naive_gb: their largest matrix. regions, differing: regions of all targets, and those
    to which the networks as they were trained give another colour than the matcher's faster form.
    """

    gflop: float
    rate: float
    naive_seconds: float
    naive_gb: float
    regions: int
    differing: int

    @property
    def seconds(self) -> float:
        """Seconds that the counted operations take at the measured rate."""
        return self.gflop / self.rate


def measure_floor(folder: Path, device_name: str) -> Floor:
    """Count and time on the material in a folder."""
    device, settings = choose_device(device_name), cmft_engine.Settings(device=device_name)
    shot = cmft_engine.Shot.open(
        str(folder / "line.####.png"), reference=f"{painting_path(folder, 0)}@0", frames=list(TARGETS)
    )
    canvas = shot.canvas()
    references = read_references(shot, canvas=canvas, settings=settings, palette=None)
    drawings = (read_drawing(shot.lines.path(frame), frame, canvas=canvas, settings=settings) for frame in TARGETS)
    drawn = [drawing.segmented for drawing in drawings]

    def build() -> Matcher:
        return Matcher(load_checkpoint(), references.painted, n_colors=len(references.palette),
                       work_size=settings.work_size, device=device)

    with patch("cmft_engine.matching.matcher.fold_batch_norms", lambda network: network):
        plain = build()
    fast = build()
    with FlopCounterMode(display=False, custom_mapping=_attention()) as counter:
        votes, own = fast.match_to_references(drawn[0])
        fast.apply_temporal_votes(drawn[0], votes, own, [own, own], n_neighbors=2)  # as much as two others
    naive_seconds, naive_gb = _naive(fast, drawn[0])
    colors = [_colors(matcher, drawn) for matcher in (fast, plain)]
    differing = sum(int((one != other).sum()) for one, other in zip(*colors, strict=True))
    return Floor(counter.get_total_flops() / 1e9, matrix_rate(device), naive_seconds, naive_gb,
                 sum(map(len, colors[0])), differing)


def matrix_rate(device: torch.device) -> float:
    """The best of several products of two square matrices, in 10^9 operations a second, with all threads."""
    a, b = torch.randn(2, RATE_SIDE, RATE_SIDE, device=device)
    times = []
    for _ in range(RATE_TURNS):
        started = _now(device)
        a @ b
        times.append(_now(device) - started)
    return 2 * RATE_SIDE**3 / min(times) / 1e9


def _colors(matcher: Matcher, drawn: Sequence[SegmentedDrawing]) -> list[Any]:
    """The colour of each region of every drawing."""
    return [
        decide(drawing, *votes, calibration=matcher.calibration).color
        for drawing, votes in zip(drawn, vote_together(matcher, drawn), strict=True)
    ]


def _attention() -> dict[Any, Any]:
    """How to count the processor's fused attention, which torch's counter leaves out."""

    def count(query: Any, key: Any, value: Any, *rest: Any, out_shape: Any = None, **named: Any) -> int:
        batch, heads, rows, width = query
        return int(2 * batch * heads * rows * key[-2] * (width + value[-1]))

    return {torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: count}


@torch.inference_mode()
def _naive(matcher: Matcher, drawing: SegmentedDrawing) -> tuple[float, float]:
    """Seconds of a match that stores all pairs at every level, from some of its rows, and its largest matrix in GB."""
    target = frame_drawing(drawing.ink, matcher.encoder.scale, limit=round(matcher.encoder.work_size * TARGET_LIMIT))
    reference = matcher.references[0].framing
    seconds, largest, device = 0.0, 0.0, matcher.encoder.device
    for cell, width, value in zip((8, 4, 2), MATCH, VALUE, strict=True):
        n, m = (framing.width * framing.height // cell**2 for framing in (target, reference))
        query, key, carried = (torch.randn(rows, c, device=device)
                               for rows, c in ((min(NAIVE_ROWS, n), width), (m, width), (m, value + 3)))
        started = _now(device)
        (query @ key.T).softmax(-1) @ carried
        seconds += (_now(device) - started) * n / len(query)
        largest = max(largest, 4 * n * m / 1e9)
    return seconds, largest


def _now(device: torch.device) -> float:
    """Wall seconds, when the device has done all its work."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()

"""What bf16 would win and change: `python -m benchmarks.speed.bf16`, on an idle machine whose processor computes it.

The targets' line encoder, then the matches too, run in torch's bf16 autocast; references are encoded in fp32. Which
regions get another colour is counted.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from cmft_engine.matching.decide import decide
from cmft_engine.matching.matcher import Matcher
from cmft_engine.matching.network.network import LineFeatures
from cmft_engine.matching.network.weights import load_checkpoint
from cmft_engine.shot.references import read_drawing

from .material import open_shot

MODES = {"fp32": (), "line encoder in bf16": ("lines",), "line encoder and matches in bf16": ("lines", "match")}


@dataclass(frozen=True)
class Outcome:
    """Of one mode: processor seconds a frame of line encoder and matches, and the colour of each region."""

    lines: float
    match: float
    color: np.ndarray


def outcomes(size: str, folder: Path) -> dict[str, Outcome]:
    """Return the outcome of every mode on the speed benchmark's shot of a size "WIDTHxHEIGHT"."""
    shot, settings, references = open_shot(size, folder)
    drawings = [
        read_drawing(shot.lines.path(frame), frame, canvas=shot.canvas(), settings=settings) for frame in shot.todo
    ]
    found = {}
    for mode, in_bf16 in MODES.items():
        matcher = Matcher(load_checkpoint(), references.painted, n_colors=len(references.palette),
                          work_size=settings.work_size, device=torch.device("cpu"))
        spent = {"lines": 0.0, "match": 0.0}
        for name in spent:
            watched = _watched(getattr(matcher.network, name), name, spent, in_bf16=name in in_bf16)
            setattr(matcher.network, name, watched)
        colors = [
            decide(d.segmented, matcher.match(d.segmented), calibration=matcher.calibration).color for d in drawings
        ]
        found[mode] = Outcome(
            spent["lines"] / len(drawings), spent["match"] / len(drawings), np.concatenate(colors)
        )
    return found


def _watched(function: Callable[..., Any], name: str, spent: dict[str, float], *, in_bf16: bool) -> Callable[..., Any]:
    def watched(*rest: Any) -> Any:
        start = time.thread_time()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=in_bf16):
            result = function(*rest)
        if isinstance(result, LineFeatures):  # what follows is fp32, unless it is in bf16 itself
            result = LineFeatures(*(getattr(result, field.name).float() for field in fields(result)))
        spent[name] += time.thread_time() - start
        return result

    return watched


def page(found: dict[str, Outcome]) -> str:
    """Return the Markdown table."""
    plain = found["fp32"].color
    lines = ["| | line encoder, s | matches, s | regions of another colour |", "|---|--:|--:|--:|"]
    for mode, one in found.items():
        differing = int((one.color != plain).sum())
        lines.append(f"| {mode} | {one.lines:.3f} | {one.match:.3f} | {differing} of {len(plain)} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed.bf16", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--size", default="512x512", help="WIDTHxHEIGHT")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory(prefix="cmft-bf16-") as folder:
        print(page(outcomes(options.size, Path(folder))))


if __name__ == "__main__":
    main()

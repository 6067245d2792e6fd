"""EbSynth's command line as a peer, when EBSYNTH names its program: PatchMatch along guide pictures."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from benchmarks.clips.clips import Pair
from benchmarks.metrics.pictures import lay_ink

from .ours import write_rgb8
from .program import run_program

PROGRAM = "EBSYNTH"  # environment variable with the program's path
DISTANCES_PX = (6.0, 20.0, 60.0)
LINE_WEIGHT, DISTANCE_WEIGHT, POSITION_WEIGHT = 1.0, 2.0, 1.0


def is_available() -> bool:
    """Say whether EBSYNTH names a file."""
    return Path(os.environ.get(PROGRAM, "")).is_file()


def ebsynth(pair: Pair) -> np.ndarray:
    """Return the target synthesised from the reference's flats with line, distance and position guides.

    Raises InputError when the program fails.
    """
    guides = [
        (pair.reference_line, pair.target_line, LINE_WEIGHT),
        (_distances(pair.reference_line), _distances(pair.target_line), DISTANCE_WEIGHT),
        (_positions(pair.reference_line), _positions(pair.target_line), POSITION_WEIGHT),
    ]
    with TemporaryDirectory(prefix="cmft-ebsynth-") as name:
        folder = Path(name)
        write_rgb8(pair.reference_flats(), folder / "style.png")
        command = [os.environ[PROGRAM], "-style", str(folder / "style.png")]
        for i, (source, target, weight) in enumerate(guides):
            write_rgb8(source, folder / f"source{i}.png")
            write_rgb8(target, folder / f"target{i}.png")
            command += [
                "-guide",
                str(folder / f"source{i}.png"),
                str(folder / f"target{i}.png"),
                "-weight",
                str(weight),
            ]
        command += ["-backend", "cpu", "-output", str(folder / "out.png")]
        flats = run_program("EbSynth", command, folder / "out.png", size=pair.target_line.shape)
        return lay_ink(flats, pair.target_line)


def _distances(line: np.ndarray) -> np.ndarray:
    paper = (line.min(axis=2) >= 128).astype(np.uint8)
    distance = cv2.distanceTransform(paper, cv2.DIST_L2, 5)
    return np.dstack([(np.clip(distance / cap, 0, 1) * 255).astype(np.uint8) for cap in DISTANCES_PX])


def _positions(line: np.ndarray) -> np.ndarray:
    height, width = line.shape[:2]
    y, x = np.mgrid[:height, :width]
    return np.dstack([x / max(width - 1, 1) * 255, y / max(height - 1, 1) * 255, 0 * x]).astype(np.uint8)

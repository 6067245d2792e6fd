"""EbSynth's command line as a peer, when EBSYNTH names its program: PatchMatch along guide pictures."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from benchmarks.clips.rgb8 import write_rgb8
from benchmarks.metrics.pictures import flats_under_ink, lay_ink

from .program import run_program

PROGRAM = "EBSYNTH"  # environment variable with the program's path
DISTANCES_PX = (6.0, 20.0, 60.0)
LINE_WEIGHT, DISTANCE_WEIGHT, POSITION_WEIGHT = 1.0, 2.0, 1.0


def is_available() -> bool:
    """Say whether EBSYNTH names a file."""
    return Path(os.environ.get(PROGRAM, "")).is_file()


def ebsynth(reference_line: np.ndarray, reference_gt: np.ndarray, target_line: np.ndarray) -> np.ndarray:
    """Return the target synthesised from the reference's flats with line, distance and position guides.

    Raises InputError when the program fails.
    """
    guides = [
        (reference_line, target_line, LINE_WEIGHT),
        (_distances(reference_line), _distances(target_line), DISTANCE_WEIGHT),
        (_positions(reference_line), _positions(target_line), POSITION_WEIGHT),
    ]
    with TemporaryDirectory(prefix="cmft-ebsynth-") as name:
        folder = Path(name)
        write_rgb8(flats_under_ink(reference_gt, reference_line), folder / "style.png")
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
        flats = run_program("EbSynth", command, folder / "out.png", size=target_line.shape)
        return lay_ink(flats, target_line)


def _distances(line: np.ndarray) -> np.ndarray:
    paper = (line.min(axis=2) >= 128).astype(np.uint8)
    distance = cv2.distanceTransform(paper, cv2.DIST_L2, 5)
    return np.dstack([(np.clip(distance / cap, 0, 1) * 255).astype(np.uint8) for cap in DISTANCES_PX])


def _positions(line: np.ndarray) -> np.ndarray:
    height, width = line.shape[:2]
    y, x = np.mgrid[:height, :width]
    return np.dstack([x / max(width - 1, 1) * 255, y / max(height - 1, 1) * 255, 0 * x]).astype(np.uint8)

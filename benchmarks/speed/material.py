"""Shots for the speed benchmark, puppets side by side in any size from seeds that training skips, and votes on them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.clips.puppets import draw_puppet_clip
from benchmarks.clips.rgb8 import write_rgb8
from benchmarks.clips.validation_clip import GAPS
from cmft_engine import Settings, Shot
from cmft_engine.matching.matcher import Matcher
from cmft_engine.matching.votes import TemporalVotes, Votes
from cmft_engine.shot.drawing import SegmentedDrawing
from cmft_engine.shot.references import References, read_references

SHIFT_PX, SHIFTED = 8, 10  # the drawing of frame n stands again, moved right by SHIFT_PX, at frame n + SHIFTED
REFERENCES = (0, *GAPS)  # frames with a painting
TARGETS = tuple(sorted((*GAPS, *(SHIFTED + number for number in REFERENCES))))  # odd, see `measurement.Measurement`
UNPAINTED = tuple(SHIFTED + gap for gap in GAPS)  # targets that no painting shows


def write_material(size: str, folder: Path) -> None:
    """Write line plates 0 and TARGETS, and paintings of REFERENCES, as PNG files of `size`, "WIDTHxHEIGHT"."""
    width, height = (int(number) for number in size.split("x"))
    tiles = [draw_puppet_clip(number, style="shaded", size=height) for number in range(-(-width // height))]
    for number in REFERENCES:
        line = _row([tile.lines[number] for tile in tiles], width)
        write_rgb8(line, line_path(folder, number))
        write_rgb8(_row([tile.paintings[number] for tile in tiles], width), painting_path(folder, number))
        write_rgb8(np.roll(line, SHIFT_PX, axis=1), line_path(folder, number + SHIFTED))


def open_shot(size: str, folder: Path) -> tuple[Shot, Settings, References]:
    """Write the shot of a size, open it on the CPU with the first painting, and read that."""
    write_material(size, folder)
    shot = Shot.open(str(line_path(folder, 0)).replace("0000", "####"), reference=f"{painting_path(folder, 0)}@0",
                     frames=list(TARGETS))
    settings = Settings(device="cpu")
    return shot, settings, read_references(shot, canvas=shot.canvas(), settings=settings, palette=None)


def vote_together(matcher: Matcher, drawings: Sequence[SegmentedDrawing]) -> list[tuple[Votes, TemporalVotes]]:
    """Return the votes on a row of drawings, and those of the one before and the one after, as in the engine."""
    matched = [matcher.match_to_references(drawing) for drawing in drawings]
    together = []
    for at, (votes, own) in enumerate(matched):
        neighbors = [matched[i][1] for i in (at - 1, at + 1) if 0 <= i < len(matched)]
        temporal = matcher.apply_temporal_votes(drawings[at], votes, own, neighbors, n_neighbors=2)
        together.append((votes, temporal))
    return together


def line_path(folder: Path, frame: int) -> Path:
    """Path of a line plate."""
    return folder / f"line.{frame:04d}.png"


def painting_path(folder: Path, frame: int) -> Path:
    """Path of a painting."""
    return folder / f"painted.{frame:04d}.png"


def _row(pictures: Sequence[np.ndarray], width: int) -> np.ndarray:
    return np.hstack(pictures)[:, :width]

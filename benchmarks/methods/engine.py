"""The engine as a user runs it: files in, `colorize`, files out."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import cmft_engine
from benchmarks.clips.rgb8 import over_white, write_rgb8
from cmft_engine.image.plate import read_plate

from .method import Colored, UncoloredShot


def color_shot(shot: UncoloredShot, *, temporal_radius: int | None = None) -> dict[int, Colored]:
    """Return the engine's colouring of every target, from all references; the drawings between are coloured too.

    temporal_radius: as in the engine's settings; its default if None.
    """
    settings = cmft_engine.Settings()
    if temporal_radius is not None:
        settings = settings.replace(temporal_radius=temporal_radius)
    with TemporaryDirectory(prefix="cmft-benchmark-") as name:
        folder = Path(name)
        cmft_engine.colorize(write_shot(shot, folder), str(folder / "colored" / "frame.####.exr"), settings=settings)
        return {frame: _read(folder / "colored" / f"frame.{frame:04d}.exr") for frame in sorted(shot.targets)}


@contextmanager
def quiet_engine() -> Iterator[None]:
    """Within it the engine's warnings are not heard, such as that of references without a drawing."""
    log = logging.getLogger("cmft_engine")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


def write_shot(shot: UncoloredShot, folder: Path) -> cmft_engine.Shot:
    """Write line plates and paintings as PNG files and return them as a shot of all drawings, painted ones too."""
    targets = {**shot.targets, **shot.between}
    lines = {frame: reference.line for frame, reference in shot.references.items()} | targets
    for frame, line in lines.items():
        write_rgb8(line, folder / "lines" / f"line.{frame:04d}.png")
    paintings = {frame: folder / f"painted.{frame:04d}.png" for frame in shot.references}
    for frame, path in paintings.items():
        write_rgb8(shot.references[frame].painting, path)
    return cmft_engine.Shot.open(
        str(folder / "lines" / "line.####.png"),
        reference=[f"{path}@{frame}" for frame, path in paintings.items()],
        frames=sorted(lines),
    )


def _read(path: Path) -> Colored:
    plate = read_plate(path)
    confidence, unknown = (plate.pixels[..., plate.channels.index(name)] for name in ("confidence.Y", "unknown.Y"))
    return Colored(over_white(plate), confidence.astype(np.float32), unknown > 0)

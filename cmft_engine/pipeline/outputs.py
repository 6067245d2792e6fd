"""Where the plates of a run go, and what a killed run left there. Writes none."""

from __future__ import annotations

import contextlib
import glob
from collections.abc import Mapping
from pathlib import Path

from ..image.sequence import frame_path, has_frame_token
from ..protocol.errors import ShotError
from ..shot.shot import Shot


def plan_outputs(shot: Shot, out: str) -> dict[int, Path]:
    """Output path of every frame. Raises ShotError when frames would share a file or an input be overwritten."""
    if len(shot.frames) > 1 and not has_frame_token(out):
        raise ShotError(f"{out}: {len(shot.frames)} frames need a name with #### or %04d, such as colored.####.png")
    paths = {frame: frame_path(out, frame) if has_frame_token(out) else Path(out) for frame in shot.frames}
    inputs = {shot.lines.path(frame).resolve() for frame in shot.lines.frames}
    for reference in shot.references:
        inputs |= {path.resolve() for path in (reference.plate, reference.lines) if path is not None}
    for frame, path in paths.items():
        if path.resolve() in inputs:
            raise ShotError(f"{path} (frame {frame}) is an input of this shot; choose another --out, inputs are kept")
    return paths


def check_free(paths: Mapping[int, Path]) -> None:
    """Raise ShotError when an output is there already."""
    there = [frame for frame, path in paths.items() if path.exists()]
    if there:
        more = f", and {len(there) - 1} more" if there[1:] else ""
        raise ShotError(
            f"{paths[there[0]]} (frame {there[0]}) is there already{more}; use --resume to keep finished frames, "
            "--overwrite to replace them, or another --out"
        )


def remove_leftovers(path: Path) -> None:
    """Remove the temporary files that a killed run left of a plate."""
    for temporary in path.parent.glob(f".{glob.escape(path.stem)}.*.tmp{path.suffix}"):
        with contextlib.suppress(OSError):
            temporary.unlink()

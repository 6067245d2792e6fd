"""Where the plates and the report of a run go, and that they take the place of nothing else. Writes none."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from ..image.sequence import frame_path, has_frame_token
from ..protocol.errors import ShotError
from ..protocol.text_file import real_path
from ..shot.shot import Shot
from .report_files import REPORT_HTML, REPORT_JSON, own_reports
from .resume import notes_folder


def plan_outputs(shot: Shot, out: str) -> dict[int, Path]:
    """Output path of every frame. Raises ShotError when frames would share a file or an input be overwritten."""
    if len(shot.frames) > 1 and not has_frame_token(out):
        raise ShotError(f"{out}: {len(shot.frames)} frames need a name with #### or %04d, such as colored.####.png")
    paths = {frame: frame_path(out, frame) for frame in shot.frames}
    inputs = _inputs(shot)
    for frame, path in paths.items():
        if real_path(path) in inputs:
            raise ShotError(f"{path} (frame {frame}) is an input of this shot; choose another --out, inputs are kept")
    return paths


def _inputs(shot: Shot) -> set[Path]:
    inputs = {real_path(shot.lines.path(frame)) for frame in shot.lines.frames}
    for reference in shot.references:
        inputs |= {real_path(path) for path in (reference.plate, reference.lines) if path is not None}
    return inputs


def check_free(paths: Mapping[int, Path]) -> None:
    """Raise ShotError when an output is there already."""
    there = [frame for frame, path in paths.items() if path.exists()]
    if there:
        more = f", and {len(there) - 1} more" if there[1:] else ""
        raise ShotError(
            f"{paths[there[0]]} (frame {there[0]}) is there already{more}; use --resume to keep finished frames, "
            "--overwrite to replace them, or another --out"
        )


def check_outputs(shot: Shot, out: str, *, overwrite: bool, resume: bool, others: Collection[Path] = ()
                  ) -> dict[int, Path]:
    """Return the path of every plate to be coloured now. Raises ShotError when a run would replace what it may not.

    Without `overwrite` only what a run of the engine wrote: plates under `resume`, and reports. Inputs never; others:
    those that are no plates of the shot.
    """
    todo = frozenset(shot.todo)
    paths = {frame: path for frame, path in plan_outputs(shot, out).items() if frame in todo}
    if resume:
        _check_noted(paths, Path(out))
    elif not overwrite:
        check_free(paths)
    if shot.part is not None:
        return paths
    folder = Path(out).parent
    inputs = _inputs(shot) | {real_path(path) for path in others}
    for path in (folder / REPORT_JSON, folder / REPORT_HTML):
        if real_path(path) in inputs:
            raise ShotError(f"{path} is an input of this shot, and the report would replace it; choose another --out")
    strangers = [path for path, is_own in own_reports(folder).items() if not is_own]
    if strangers and not overwrite:
        raise ShotError(f"{strangers[0]} is no report of CMFT, and the run's would replace it; move it away, choose "
                        "another --out, or add --overwrite")
    return paths


def _check_noted(paths: Mapping[int, Path], out: Path) -> None:
    notes = notes_folder(out.parent, out)
    strangers = [frame for frame, path in paths.items() if path.exists() and not (notes / f"{frame}.json").exists()]
    if strangers:
        more = f", and {len(strangers) - 1} more" if strangers[1:] else ""
        raise ShotError(f"{paths[strangers[0]]} (frame {strangers[0]}) is there{more}, but no run has noted it; give "
                        "--overwrite instead of --resume to replace it, move it away, or choose another --out")

"""What a run notes of the shot as a whole, so that its plates can be made again without references and networks."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..image.palette import Palette
from ..image.palette_files import load_palette, save_palette
from ..image.plate import Plate, Window
from ..image.sequence import frame_path, with_hashes
from ..protocol.errors import CmftError, InputError
from ..protocol.settings import Settings
from ..protocol.text_file import parse_json, read_text, write_remedy, write_text
from ..shot.references import References
from ..shot.shot import Shot
from .resume import STATE

VERSION = 1
SHOT, PALETTE = "shot.json", "palette.json"


@dataclass(frozen=True)
class ShotReference:
    """A painting as the run took it: its file, its frame (None for a sheet), and its line art, "" where it has none."""

    plate: str
    frame: int | None
    lines: str


@dataclass(frozen=True)
class ShotFile:
    """A coloured shot: its line plates (a pattern), its frames, the canvas that all plates share, and settings.

    references: without their pixels, as `compose` takes them. paintings: where these lie.
    """

    lines: str
    frames: tuple[int, ...]
    canvas: Window
    settings: Settings
    references: References
    paintings: tuple[ShotReference, ...]

    @property
    def palette(self) -> Palette:
        """The palette that the plates are in."""
        return self.references.palette

    def line_plate(self, frame: int) -> Path:
        """Return the line plate of a frame."""
        return frame_path(self.lines, frame)


def state_of(out: Path) -> tuple[Path, Path]:
    """Return the folder of notes and the plates' pattern of a coloured shot: its `--out`, or the folder of its plates.

    Raises InputError where no run has noted a shot, or several have.
    """
    folder = out if out.is_dir() else out.parent
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder; check the path")
    names = sorted(path.parent.name for path in (folder / STATE).glob(f"*/{SHOT}"))
    names = names if out.is_dir() else [name for name in names if name == with_hashes(out.name)]
    if len(names) != 1:
        said = f"several shots are coloured there ({', '.join(names[:4])}); give the --out of one" if names else (
            "no finished run is noted there; give the folder or the --out of a run, or run it again with --resume")
        raise InputError(f"{out}: {said}")
    return folder / STATE / names[0], folder / names[0]


def save_shot(folder: Path, shot: Shot, settings: Settings, references: References) -> None:
    """Note a shot in its folder of notes. Raises InputError."""
    first, canvas = references.first, shot.canvas()
    content = {
        "version": VERSION, "lines": _place(Path(shot.lines.pattern), folder), "frames": list(shot.frames),
        "canvas": list(asdict(canvas).values()), "settings": settings.to_dict(), "paper": references.paper,
        "first": {"space": first.space, "bit_depth": first.bit_depth, "left_out": first.left_out,
                  "profile": base64.b64encode(first.profile).decode("ascii")},
        "paintings": [{"plate": _place(r.plate, folder), "frame": r.frame,
                       "lines": _place(r.lines, folder) if r.lines is not None else None} for r in shot.references],
    }
    path = folder / SHOT
    try:
        save_palette(references.palette, folder / PALETTE)
        write_text(path, json.dumps(content, indent=1) + "\n")
    except OSError as error:
        raise InputError(f"{path}: what corrections need cannot be written ({error.strerror}); "
                         f"{write_remedy(error, path)}, then --resume") from error


def is_noted(folder: Path) -> bool:
    """Say whether the folder of notes has a shot that can be read."""
    try:
        load_shot(folder)
    except InputError:
        return False
    return True


def load_shot(folder: Path) -> ShotFile:
    """Read what `save_shot` noted; paths are looked for from the notes' folder first. Raises InputError."""
    path = folder / SHOT
    try:
        values = parse_json(read_text(path))
        if values["version"] != VERSION:
            raise ValueError("another version")
        palette, first = load_palette(folder / PALETTE), values["first"]
        canvas = Window(*(int(one) for one in values["canvas"]))
        stub = Plate(np.zeros((1, 1, 4), np.float32), ("R", "G", "B", "A"), Window(0, 0, 1, 1), canvas,
                     bit_depth=str(first["bit_depth"]), space=str(first["space"]),
                     profile=base64.b64decode(first["profile"], validate=True), left_out=str(first["left_out"]))
        paintings = tuple(ShotReference(str(_found(one["plate"], folder)), one["frame"],
                                        str(_found(one["lines"], folder)) if one["lines"] else "")
                          for one in values["paintings"])
        return ShotFile(str(_found(values["lines"], folder)), tuple(int(one) for one in values["frames"]), canvas,
                        Settings.from_dict(values["settings"]),
                        References((), palette, stub, paper=min(int(values["paper"]), len(palette) - 1)), paintings)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, CmftError) as error:
        reason = getattr(error, "strerror", "") or error
        raise InputError(f"{path}: what a run noted of the shot cannot be read ({reason}); run it again with "
                         "--resume") from error


def _place(path: Path, folder: Path) -> dict[str, str]:
    """A path from the notes' folder, and as it is: a project that is moved is found by the first."""
    whole = os.path.abspath(path)
    try:
        near = os.path.relpath(whole, os.path.abspath(folder))
    except ValueError:  # on another drive
        near = whole
    return {"near": near, "path": whole}


def _found(place: Any, folder: Path) -> Path:
    near, whole = Path(os.path.normpath(folder / str(place["near"]))), Path(str(place["path"]))
    return near if near.parent.is_dir() or not whole.parent.is_dir() else whole

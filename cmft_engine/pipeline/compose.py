"""Coloured plates and what is kept beside them: composition, output paths, and which frames are up to date."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..image.color_space import display_space, from_display, to_display
from ..image.cryptomatte import cryptomatte_layers
from ..image.palette import Palette
from ..image.plate import Plate
from ..image.sequence import frame_path, has_frame_token
from ..lineart.lineart import LineArt
from ..protocol.errors import InputError, ShotError
from ..protocol.settings import Settings
from ..protocol.text_file import write_text
from ..shot.shot import Shot

Floats = NDArray[np.float32]
STATE = ".cmft-state"
STATE_VERSION = 1


@dataclass(frozen=True)
class Colored:
    """A decision ready to become a plate.

    index: int32 (H, W) palette index. confidence: float32 (H, W). rgb: display RGB (H, W, 3) to show instead of
    the palette's (paint mode), or None.
    """

    index: NDArray[np.int32]
    confidence: Floats
    rgb: Floats | None = None


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


def compose(colored: Colored, *, line_plate: Plate, lines: LineArt, palette: Palette, settings: Settings,
            painting: Plate, path: Path) -> Plate:
    """Lay the ink over the colours and gather all channels of the output plate.

    Palette colours are copied: a pixel without ink holds exactly the palette's values in its own space.
    """
    space = settings.output_space or _usual_space(palette.space, path)
    values = palette.in_space(space).values  # (K, 4) straight
    flats = values[colored.index]  # (H, W, 4)
    shown = flats if colored.rgb is None else np.dstack([from_display(colored.rgb, space), flats[..., 3]])
    inked = lay_ink(shown, lines, space) if settings.ink == "over" else shown
    base = replace(
        line_plate, pixels=inked, channels=("R", "G", "B", "A"), space=space,
        bit_depth=_depth(painting, path), path=path, float_channels=(),
    )
    if path.suffix.lower() != ".exr":
        return base if _has_alpha(values) else _opaque(base)
    return _with_layers(base, flats, colored, palette=palette, lines=lines if settings.ink == "over" else None)


def lay_ink(flats: Floats, lines: LineArt, space: str) -> Floats:
    """Composite the main lines over straight RGBA (H, W, 4) in display values; bare pixels stay bit-identical."""
    inked = flats.copy()
    at = np.flatnonzero(lines.coverage > 0)
    cover = lines.coverage.ravel()[at][:, None]
    under = flats.reshape(-1, 4)[at]
    color = to_display(under[:, :3], space) * under[:, 3:] * (1 - cover) + lines.color.reshape(-1, 3)[at]
    alpha = under[:, 3:] * (1 - cover) + cover
    straight = np.clip(color / np.maximum(alpha, 1e-6), 0, 1)
    inked.reshape(-1, 4)[at] = np.concatenate([from_display(straight.astype(np.float32), space), alpha], 1)
    return inked


def _with_layers(base: Plate, flats: Floats, colored: Colored, *, palette: Palette, lines: LineArt | None) -> Plate:
    matte = cryptomatte_layers(colored.index, palette.names, ink=None if lines is None else lines.coverage)
    channels: dict[str, Floats] = {f"flats.{c}": flats[..., i] for i, c in enumerate("RGBA")}
    channels |= {"confidence.Y": colored.confidence, **matte.channels}
    return replace(
        base,
        pixels=np.dstack([base.pixels, *channels.values()]).astype(np.float32, copy=False),
        channels=(*base.channels, *channels),
        metadata={**base.metadata, **matte.metadata},
        float_channels=tuple(matte.channels),
    )


def _usual_space(space: str, path: Path) -> str:
    """The palette's own space, but display sRGB in files that viewers take for nothing else."""
    return display_space() if path.suffix.lower() in (".png", ".jpg", ".jpeg") else space


def _depth(painting: Plate, path: Path) -> str:
    """Depth at which the painting's values survive in this kind of file."""
    if path.suffix.lower() == ".exr":
        return "half" if painting.bit_depth == "half" else "float"
    return painting.bit_depth if painting.bit_depth in ("uint8", "uint16") else "uint16"


def _has_alpha(values: Floats) -> bool:
    return bool((values[:, 3] < 1).any())


def _opaque(plate: Plate) -> Plate:
    return replace(plate, pixels=np.ascontiguousarray(plate.pixels[..., :3]), channels=("R", "G", "B"))


def display_picture(plate: Plate) -> Floats:
    """What a person sees of a plate over white: display RGB (H, W, 3)."""
    rgb: Floats = to_display(plate.rgb(), plate.space)
    alpha = plate.alpha()
    if alpha is not None:
        alpha = alpha.clip(0, 1)[..., None]
        rgb = rgb * alpha + (1 - alpha)
    return rgb


def fingerprint(*parts: str | Path) -> str:
    """Digest of texts and of files' contents, in order."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        digest.update(b"\0")
    return digest.hexdigest()


class State:
    """Which frames of an output folder are finished, and from what: a file a frame, so that runs may share a folder."""

    def __init__(self, folder: Path, out: str) -> None:
        self._folder = folder / STATE / Path(out).name

    def finished(self, frame: int, digest: str, path: Path) -> dict[str, Any] | None:
        """The notes of a frame that an earlier run finished from the same inputs, if its plate is still there."""
        entry = _read_note(self._file(frame))
        if entry.get("digest") != digest or not path.exists():
            return None
        notes: dict[str, Any] = entry["notes"]
        return notes if entry["size"] == path.stat().st_size else None

    def note(self, frame: int, digest: str, path: Path, notes: Mapping[str, Any]) -> None:
        """Record a finished frame."""
        entry = {"version": STATE_VERSION, "digest": digest, "size": path.stat().st_size, "notes": dict(notes)}
        try:
            write_text(self._file(frame), json.dumps(entry))
        except OSError as error:
            raise InputError(f"{self._folder}: cannot be written ({error.strerror}); free some space or choose "
                             "another --out, then --resume") from error

    def _file(self, frame: int) -> Path:
        return self._folder / f"{frame}.json"


def _read_note(path: Path) -> dict[str, Any]:
    """Read the note of a frame; an unreadable one only costs the frame being coloured again."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    is_known = isinstance(content, dict) and content.get("version") == STATE_VERSION
    return content if is_known and {"digest", "size", "notes"} <= set(content) else {}


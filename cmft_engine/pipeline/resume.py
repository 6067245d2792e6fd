"""Which frames of an output folder are finished, and from what they were made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import __version__
from ..protocol.errors import InputError
from ..protocol.settings import Settings
from ..protocol.text_file import write_text
from ..shot.serving import decided_at
from ..shot.shot import Shot

STATE = ".cmft-state"
STATE_VERSION = 2


class Digests:
    """What the plate of a frame is made from, as digests; plates are read once."""

    def __init__(self, shot: Shot, settings: Settings, *, weights: str, palette: Path | None) -> None:
        """weights: checksum of the checkpoint. palette: the file that is given instead of the references' colours."""
        self._shot, self._radius = shot, settings.temporal_radius
        files = [path for r in shot.references for path in (r.plate, r.lines) if path is not None]
        order = repr([(r.frame, r.plate.name) for r in shot.references])
        palettes = [palette] if palette is not None else []
        self._base = fingerprint(__version__, weights, repr(settings), order, *files, *palettes)
        self._plates: dict[int, str] = {}

    def of(self, frame: int) -> str:
        """Return the digest of all that a frame's plate is made from, the neighbouring frames that vote included."""
        neighbors = self._shot.neighbor_frames(decided_at(self._shot, frame), self._radius)
        of_neighbors = [part for other in neighbors for part in (str(other), self._plate(other))]
        return fingerprint(self._base, str(frame), self._plate(frame), *of_neighbors)

    def _plate(self, frame: int) -> str:
        if frame not in self._plates:
            self._plates[frame] = fingerprint(self._shot.lines.path(frame))
        return self._plates[frame]


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

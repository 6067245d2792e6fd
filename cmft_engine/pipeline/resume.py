"""Which frames of an output folder are finished, and from what they were made.

A frame's note is written before its plate gets its name, and holds the digest of the plate's bytes: a run that is
killed between the two leaves a plate that fits no note, never one that fits another's.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from .. import __version__
from ..image.sequence import with_hashes
from ..protocol.errors import InputError, PlateError
from ..protocol.settings import Settings
from ..protocol.text_file import open_plain, parse_json, read_text, write_remedy, write_text
from ..review.report_data import FrameReport
from ..shot.line_edits import LineEdits
from ..shot.serving import decided_at
from ..shot.shot import Shot

STATE = ".cmft-state"
RECORD_SUFFIX = ".npz"
STATE_VERSION = 4
_BLOCK = 1 << 20  # bytes of a plate that are read at once
MAX_NOTE_BYTES = 64_000_000  # a note of 100,000 unsure regions has half of that


class Digests:
    """What the plate of a frame is made from, as digests; plates are read once."""

    def __init__(self, shot: Shot, settings: Settings, *, weights: str, palette: Path | None, edits: LineEdits) -> None:
        """weights: checksum of the checkpoint. palette: the file that is given instead of the references' colours.

        edits: of the drawings' lines.
        """
        self._shot, self._radius, self._edits = shot, settings.temporal_radius, edits
        order = repr([(r.frame, r.plate.name) for r in shot.references])
        self._base = fingerprint(__version__, weights, repr(settings), repr(shot.canvas()), color_config(), order,
                                 *source_files(shot, palette))
        self._plates: dict[int, str] = {}

    def of(self, frame: int) -> str:
        """Return the digest of all that a frame's plate is made from, the neighbouring frames that vote included."""
        neighbors = self._shot.neighbor_frames(decided_at(self._shot, frame), self._radius)
        of_neighbors = [part for other in neighbors for part in (str(other), self.plate(other))]
        return fingerprint(self._base, str(frame), self.plate(frame), *of_neighbors)

    def plate(self, frame: int) -> str:
        """Return the digest of a frame's line plate, and of the edits of its lines. Raises PlateError."""
        if frame not in self._plates:
            path = self._shot.lines.path(frame)
            try:
                edits = self._edits.at(self._shot, frame)
                self._plates[frame] = fingerprint(path, *([repr(edits)] if edits else []))
            except OSError as error:
                raise PlateError(f"{path} (frame {frame}) cannot be read ({error.strerror}); check that it exists and "
                                 "may be read", path, frame) from error
        return self._plates[frame]


def source_files(shot: Shot, palette: Path | None) -> list[Path]:
    """Return the files besides the line plates that all frames of a shot are made from."""
    files = [path for r in shot.references for path in (r.plate, r.lines) if path is not None]
    return files if palette is None else [*files, palette]


def color_config() -> str | Path:
    """Return what decides colour spaces: the file that `$OCIO` names, else the name of a built-in configuration."""
    name = os.environ.get("OCIO", "")
    return Path(name) if os.path.isfile(name) else name


def fingerprint(*parts: str | Path) -> str:
    """Digest of texts and of files' contents, in order."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes() if isinstance(part, Path) else part.encode("utf-8", "surrogateescape"))
        digest.update(b"\0")
    return digest.hexdigest()


def content_of(path: Path) -> str:
    """Digest of a file's bytes, "" where it cannot be read."""
    try:
        with open_plain(path) as stream:
            digest = hashlib.sha256()
            while block := stream.read(_BLOCK):
                digest.update(block)
            return digest.hexdigest()
    except OSError:
        return ""


def notes_folder(folder: Path, out: str | Path) -> Path:
    """Return where the notes of a run's plates lie, whichever way its `out` writes the frame."""
    return folder / STATE / with_hashes(Path(out).name)


class State:
    """Which frames of an output folder are finished, and from what: a file a frame, so that runs may share a folder."""

    def __init__(self, folder: Path, out: str) -> None:
        self.folder = notes_folder(folder, out)
        self._out = folder

    def finished(self, frame: int, digest: str, path: Path) -> FrameReport | None:
        """The report of a frame that an earlier run finished from the same inputs, if its plate is there as it was."""
        note = read_note(self.folder / f"{frame}.json", frame)
        if note is None or note.digest != digest or note.content != content_of(path):
            return None
        from .drawing_record import read_digest  # here: brings SciPy, which opening a shot does without

        try:
            report = FrameReport.from_notes(note.report, str(path))
        except ValueError:
            return None
        at = frame if report.held_from is None else report.held_from
        return report if read_digest(self.record(at)) == note.drawing else None  # else no correction could follow

    def record(self, frame: int) -> Path:
        """Return the file of the drawing that is decided at a frame."""
        return self.folder / f"{frame}{RECORD_SUFFIX}"

    def note(self, frame: int, digest: str, plate: Path, notes: Mapping[str, Any], *, drawing: str,
             settled: str = "", line: str = "") -> None:
        """Record a frame whose plate is finished, under a temporary name still. Raises InputError.

        drawing: digest of the record that it is made from. settled: digest of what was changed in it since. line:
        digest of the line plate's bytes.
        """
        entry = {"version": STATE_VERSION, "digest": digest, "content": content_of(plate), "notes": dict(notes),
                 "drawing": drawing, "settled": settled, "line": line}
        path = self.folder / f"{frame}.json"
        try:
            write_text(path, json.dumps(entry))
        except OSError as error:
            raise InputError(f"{self._out}: the notes of its plates cannot be written ({error.strerror}); "
                             f"{write_remedy(error, path)}, then --resume") from error


class Note(NamedTuple):
    """A frame's note: digests of what its plate was made from and of the plate's bytes, and the frame's report.

    drawing: digest of the drawing's record; settled: of what the shot as a whole, or a person, changed in it since, ""
    for nothing; line: of the line plate's bytes.
    """

    digest: str
    content: str
    report: Any
    drawing: str = ""
    settled: str = ""
    line: str = ""


def read_note(path: Path, frame: int) -> Note | None:
    """Read the note of a frame; one that is damaged or was tampered with only costs the frame being coloured again."""
    try:
        values = parse_json(read_text(path, most=MAX_NOTE_BYTES))
    except (OSError, ValueError):
        return None
    if not isinstance(values, dict) or values.get("version") != STATE_VERSION:
        return None
    note = Note(values.get("digest", ""), values.get("content", ""), values.get("notes"), values.get("drawing", ""),
                values.get("settled", ""), values.get("line", ""))
    is_whole = (all(isinstance(text, str) and text for text in note[:2]) and _is_of(note.report, frame)
                and all(isinstance(text, str) for text in note[3:]))
    return note if is_whole else None


def _is_of(report: Any, frame: int) -> bool:
    return isinstance(report, dict) and report.get("frame") == frame

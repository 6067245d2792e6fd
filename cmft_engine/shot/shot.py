"""A shot: line plates, the references that serve them, and which drawings are held.

Reads headers to check that everything fits before any work starts; colours nothing.
"""

import dataclasses
import functools
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from ..image.limits import over_limit
from ..image.plate import Header, Plate, Window, read_header
from ..image.sequence import PlateSequence, frames_text
from ..protocol.errors import PlateError, ShotError
from ..protocol.settings import Settings
from .holds import Holds, apart
from .named import LinesLike, Named, Reference, ReferenceLike, find_named, frames_among
from .register import register_line

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Shot:
    """Line plates, the frames of the shot, the references, and which of the frames to colour now (None: all)."""

    lines: PlateSequence
    frames: tuple[int, ...]
    references: tuple[Reference, ...]
    part: tuple[int, ...] | None = None

    @classmethod
    def open(
        cls,
        lines: str | Path | PlateSequence,
        *,
        reference: ReferenceLike | Sequence[ReferenceLike],
        frames: str | Iterable[int] | None = None,
        reference_lines: LinesLike | Sequence[LinesLike] | None = None,
    ) -> "Shot":
        """Find the plates and check that they fit together.

        `reference` is "file@frame", "file@sheet", a file alone (a sheet), a pattern or folder (a reference at each of
        its frames), or a list of these. `frames` ("1-48x2" or numbers) must all have a plate; None takes those that
        have one. Plates that cannot be read, or do not fit, are in `failed`. `reference_lines` go to the references in
        order, or by "@frame". Raises PlateError and ShotError.
        """
        shot = cls(*find_named(lines, reference=reference, frames=frames, reference_lines=reference_lines))
        shot._check_sizes()
        _tell_strangers(shot)
        return shot

    @property
    def todo(self) -> tuple[int, ...]:
        """The frames to colour now."""
        return self.frames if self.part is None else self.part

    @property
    def failed(self) -> dict[int, PlateError]:
        """The frames whose line plates cannot be read or have another size than most, each with what is wrong.

        Decodes every plate.
        """
        found = {frame: self.failure(frame) for frame in self.frames}
        return {frame: error for frame, error in found.items() if error is not None}

    def failure(self, frame: int) -> PlateError | None:
        """Return what is wrong with a frame's line plate."""
        return self._headers.failed.get(frame) or self.drawings.failure(frame)

    def only(self, frames: str | Iterable[int]) -> "Shot":
        """Return the shot with some of its frames to colour; they come out as in a run over the whole shot.

        Raises ShotError for a frame that is not in the shot.
        """
        wanted = frames_among(Named(self.lines, self.frames, self.references), frames)
        shot = dataclasses.replace(self, part=wanted)
        shot.__dict__.update({name: self.__dict__[name] for name in ("_headers", "drawings") if name in self.__dict__})
        return shot

    def reference_for(self, frame: int) -> tuple[Reference, ...]:
        """Return all references, the nearest in time first (of two as near, the earlier), sheets last."""
        def distance(reference: Reference) -> tuple[bool, int, int]:
            at = reference.frame
            return (at is None, abs(at - frame) if at is not None else 0, at if at is not None else 0)
        return tuple(sorted(self.references, key=distance))

    def is_painted(self, frame: int) -> bool:
        """Say whether a reference stands at this frame."""
        return any(reference.frame == frame for reference in self.references)

    def shows_painted(self, frame: int) -> bool:
        """Say whether a frame shows the drawing of one at which a reference stands."""
        return any(r.frame is not None and self.drawings.are_same(r.frame, frame) for r in self.references)

    def neighbor_frames(self, frame: int, radius: int) -> tuple[int, ...]:
        """Return the first frames of the neighbouring drawings, up to `radius` before a frame's own and as many after.

        Each is named once: those before, then those after, the nearest first. A painted one takes its place but is not
        named, for its painting is a reference; a drawing that is painted itself has no neighbours. What part of the
        shot is to be coloured now changes nothing.
        """
        if self.shows_painted(frame):
            return ()
        at = self.frames.index(frame)
        met, found = {self.hold(frame)}, list[int]()
        for side in (range(at - 1, -1, -1), range(at + 1, len(self.frames))):
            on_side: list[int] = []
            for place in side:
                if len(on_side) == radius:
                    break
                first = self.hold(self.frames[place])
                if first is not None and first not in met:
                    met.add(first)
                    on_side.append(first)
            found += on_side
        return tuple(first for first in found if not self.shows_painted(first))

    def drawing_before(self, frame: int) -> int | None:
        """Return the first frame of the drawing before a frame's own where that one is shown first; None: none is."""
        first = self.hold(frame)
        earlier = self.frames[:self.frames.index(first)] if first is not None else ()
        for other in reversed(earlier):
            if (found := self.hold(other)) is not None:
                return found
        return None

    def canvas(self) -> Window:
        """Return the window that holds the display and data windows of every plate but the sheets."""
        headers = list(self._headers.line_plates.values()) + list(self._headers.references.values())
        windows = [window for header in headers for window in (header.data_window, header.display_window)]
        return functools.reduce(Window.union, windows)

    def holds(self) -> dict[int, int]:
        """Return `hold` of each frame that can be read; decodes every plate."""
        found = {frame: self.hold(frame) for frame in self.frames}
        return {frame: first for frame, first in found.items() if first is not None}

    def hold(self, frame: int) -> int | None:
        """Return the first frame with the same drawing, see `Holds`; None: it is not of the shot or cannot be read."""
        return self.drawings.first(frame)

    @functools.cached_property
    def drawings(self) -> Holds:
        """Which frames show the same drawing."""
        return Holds(self.lines, self.frames, self._headers.line_plates)

    @functools.cached_property
    def _headers(self) -> "_Headers":
        lines, failed = apart({frame: _header_of(self.lines.path(frame), frame) for frame in self.frames})
        sizes = Counter(map(_size, lines.values()))
        expected = max(sizes, key=sizes.__getitem__, default="")  # of as many, the first
        usual = next((frame for frame, header in lines.items() if _size(header) == expected), 0)
        for frame, header in lines.items():
            if _size(header) != expected:
                path = self.lines.path(frame)
                failed[frame] = PlateError(f"{path} (frame {frame}) is {_size(header)}, but frame {usual} is "
                                           f"{expected}; render all line plates in one size", path, frame)
        references = {r.plate: read_header(r.plate, frame=r.frame) for r in self.references if not r.is_sheet}
        fitting = {frame: header for frame, header in lines.items() if frame not in failed}
        return _Headers(fitting, references, failed, expected)

    def _check_sizes(self) -> None:
        """Raise PlateError if no line plate can be read, or a reference has another size; opens every header."""
        found = self._headers
        if not found.line_plates:
            raise found.failed[self.frames[0]]
        for reference in self.references:
            _check_reference(reference, found.size)
        if said := over_limit(self.canvas()):
            raise ShotError(f"{self.lines.pattern}: the picture that holds all plates {said}; render them with data "
                            "windows that lie closer together, or raise --max-pixels")


def check_size(shot: Shot, plate: Plate) -> None:
    """Raise PlateError when a plate that was read is of another size than the shot's when it was opened."""
    size, opened = plate.display_window.size_text, shot._headers.size
    if size != opened:
        at = "" if plate.frame is None else f" (frame {plate.frame})"
        raise PlateError(f"{plate.path}{at} is {size}, but was {opened} when the shot was opened; render it in that "
                         "size, then --resume", plate.path, plate.frame)


class _Headers(NamedTuple):
    line_plates: dict[int, Header]
    references: dict[Path, Header]
    failed: dict[int, PlateError]
    size: str


def _header_of(path: Path, frame: int) -> Header | PlateError:
    try:
        return read_header(path, frame=frame)
    except PlateError as error:
        return error


def _check_reference(reference: Reference, expected: str) -> None:
    size = _size(read_header(reference.plate, frame=reference.frame))
    if not reference.is_sheet and size.split("x") == expected.split("x")[::-1] != expected.split("x"):
        raise PlateError(f"{reference.plate} (reference at frame {reference.frame}) is {size}, but the line plates are "
                         f"{expected}: it lies on its side; turn it by a quarter, or take out its Exif orientation",
                         reference.plate, reference.frame)
    if not reference.is_sheet and size != expected:
        raise PlateError(
            f"{reference.plate} (reference at frame {reference.frame}) is {size}, but the line plates are {expected}; "
            f"export it in their size, or give it as a sheet: {reference.plate}@sheet{_or_register(reference)}",
            reference.plate, reference.frame)
    if reference.lines is not None and (lines := _size(read_header(reference.lines, frame=reference.frame))) != size:
        raise PlateError(f"{reference.lines} is {lines}, but {reference.plate}, whose line art it is, is {size}; "
                         "export both in one size", reference.lines, reference.frame)


def _or_register(reference: Reference) -> str:
    """The other remedy for a painting of another size, where there is one."""
    if reference.lines is None:
        return ""
    return f"; cmft register scales it\n{register_line(reference.plate, reference.lines, Settings())}"


def _tell_strangers(shot: Shot) -> None:
    """Warn of references whose frame has no line plate."""
    for reference in shot.references:
        if reference.frame is not None and reference.frame not in shot.lines.frames:
            lines = "" if reference.lines else ", so its lines are taken from the painting"
            log.warning("%s is given at frame %d, but %s has no plate there (there are %s)%s; correct the frame after "
                        "the @, or give it as a sheet: %s@sheet", reference.plate, reference.frame, shot.lines.pattern,
                        frames_text(shot.lines.frames), lines, reference.plate)


def _size(header: Header) -> str:
    return header.display_window.size_text

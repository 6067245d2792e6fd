"""A coloured shot while a person reviews it: its corrections, what they want, pictures, and plates that follow.

Knows no window. All that takes time is done in threads of its own, which tell what is new.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from ..pipeline.changes import Change, Changes
from ..pipeline.colored_shot import ColoredShot
from ..pipeline.wanted import Wanted
from ..protocol.corrections import Corrections, added, dropped, redone, switched, undone
from ..protocol.corrections_file import change
from ..protocol.errors import CmftError, InputError
from ..protocol.text_file import file_stamp
from .advising import Adviser
from .doubts import Doubt, DoubtfulTrack, Doubts
from .gap_lines import GapLines
from .gestures import PIN, Gesture, Made, Maker, approve, correct, point_in
from .looks import Looks, News
from .paintings import Sources
from .pictures import Shown
from .plate_writer import PlateWriter
from .work import Worker


class Session:
    """One shot under review. Its methods return at once; news come from other threads."""

    def __init__(self, out: Path, tell: Callable[[News], None]) -> None:
        """out: as for `ColoredShot`. Raises InputError where no shot is noted or none of its frames is coloured."""
        self.colored = ColoredShot(out)
        if not self.colored.frames:
            raise InputError(f"{out}: no frame of the shot is coloured yet; run it again with --resume")
        self.frames = list(self.colored.frames)
        self.corrections: Corrections = self.colored.corrections()
        self.frame = self.frames[0]
        self.wanted: Wanted | None = None
        self.before: Wanted | None = None  # without corrections
        self.gap_lines = GapLines(self.colored)
        self.tracks: list[DoubtfulTrack] = []
        self._tell, self._ahead = tell, dict[int, dict[int, Change]]()
        self.looks = Looks(self.colored, self.changes, tell, self._failed)
        self._think = Worker("cmft-think", self._failed)
        self.adviser = Adviser(self._think, tell)
        self.writer = PlateWriter(self.colored, lambda: self.frame, self._plate, self._failed)
        self._stamp = file_stamp(self.colored.corrections_path)
        self._sources: Sources | None = None
        self.doubts = Doubts(self.colored.frames, self.colored.shot.settings.confidence_below)
        self.doubts.note(self.frames, self.changes)

    def changes(self, frame: int, *, before: bool = False) -> Changes:
        """Return the changes with which a frame is shown; before: as it is without corrections."""
        wanted = self.before if before else self.wanted
        found = {} if wanted is None else wanted.changes.get(frame, {})
        at = self.colored.frames[frame].decided_at
        return found if before or at not in self._ahead else {**found, **self._ahead[at]}

    def shown(self, frame: int, *, before: bool = False, urgency: int = 0) -> Shown | None:
        """Return a frame's picture with the regions in it, None while it is being made."""
        return self.looks.shown(frame, self.changes(frame, before=before), urgency=urgency)

    def source(self, frame: int, region: int) -> tuple[int, int] | None:
        """Return what `Sources.of` does, None while the shot is looked at."""
        return None if self._sources is None else self._sources.of(frame, region)

    # What is done

    def begin(self) -> None:
        """Work out, in the background, what the shot and its corrections want."""
        self._think.submit("begin", self._begin)

    def _begin(self) -> None:
        self._sources = Sources(self.colored)
        self.looks.prepare(self.frames)
        self.gap_lines.look_at(self.corrections)
        self.before = self.colored.corrector.wanted(())
        self._solve()

    def gesture(self, gesture: Gesture) -> None:
        """Correct what a gesture means."""
        self._edit(lambda: correct(self.colored, gesture, self.changes(gesture.frame)), gesture.frame)

    def correct_doubt(self, doubt: Doubt, color: int | None) -> None:
        """Pin a doubtful region to a palette entry, None to the one that it has."""
        def make() -> Made:
            entry = self.colored.palette.names.index(doubt.unsure.color) if color is None else color
            point = point_in(self.colored, doubt.frame, doubt.unsure.label - 1)
            return correct(self.colored, Gesture(PIN, doubt.frame, (point,), entry), self.changes(doubt.frame))
        self._edit(make, doubt.frame)

    def approve(self, frame: int) -> None:
        """Approve a frame as it is shown."""
        lasting = {} if self.wanted is None else self.wanted.before_recolors.get(frame, {})
        self._edit(lambda: approve(self.colored, frame, lasting), frame)

    def undo(self) -> None:
        """Take the last correction back."""
        self._change(undone)

    def redo(self) -> None:
        """Do again what was taken back last."""
        self._change(redone)

    def switch(self, name: str, on: bool) -> None:
        """Switch a correction on or off, by its id."""
        self._change(lambda corrections: switched(corrections, [name], on))

    def drop(self, name: str) -> None:
        """Drop a correction, by its id."""
        self._change(lambda corrections: dropped(corrections, [name]))

    def look_at_file(self) -> None:
        """Take up what others have written into the corrections meanwhile."""
        if self._stamp != file_stamp(self.colored.corrections_path):
            self._change(None)

    def _edit(self, make: Maker, frame: int) -> None:
        def edit() -> None:
            new = make()
            self._write(lambda corrections: added(corrections, *new.corrections))
            at = self.colored.frames[frame].decided_at
            self._ahead[at] = {**self._ahead.get(at, {}), **new.changes}
            for news in (News("picture", frame), *([News("said", text=new.said)] if new.said else [])):
                self._tell(news)
        self._think.submit(object(), edit)
        self._think.submit("solve", self._solve, urgency=1)  # once, after all edits that wait

    def _change(self, how: Callable[[Corrections], Corrections] | None) -> None:
        self._think.submit(object(), partial(self._write, how))
        self._think.submit("solve", self._solve, urgency=1)

    def _write(self, how: Callable[[Corrections], Corrections] | None) -> None:
        path = self.colored.corrections_path
        self.corrections = self.colored.corrections() if how is None else change(path, how)
        self._stamp = file_stamp(path)
        self.gap_lines.look_at(self.corrections)
        self._tell(News("corrections"))

    def _solve(self) -> None:
        is_first = self.wanted is None
        wanted = self.colored.corrector.wanted(self.corrections)
        self.wanted, self._ahead = wanted, {}
        self.doubts.note(self.frames, self.changes)
        self.tracks = self.doubts.tracks(self.colored.graph, wanted.solution.confidence)
        self._tell(News("solved"))
        if not is_first:
            self.writer.follow(wanted)
        self.adviser.think(self.colored.corrector, wanted, is_doubtful=bool(self.tracks))

    # How it ends

    def _plate(self, frame: int) -> None:
        self.doubts.note([frame], self.changes)
        self._tell(News("plate", frame))

    def _failed(self, error: BaseException) -> None:
        said = str(error) if isinstance(error, CmftError) else f"{type(error).__name__}: {error}"
        self._tell(News("trouble", text=said))

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until all that was asked for is done; return whether that came in time."""
        looks = self.looks.worker
        return all(worker.wait(seconds) for worker in (self._think, looks, self.writer.worker, looks))

    def wait_for_edits(self) -> None:
        """Wait until all corrections are on disk, and known to what writes plates."""
        with self.adviser.resting():
            self._think.wait()
        self.writer.settle()

    def close(self) -> None:
        """End the threads once all edits are on disk; plates that do not follow yet stay as they are."""
        self.wait_for_edits()
        for one in (self._think, self.looks.worker, self.writer):
            one.close()

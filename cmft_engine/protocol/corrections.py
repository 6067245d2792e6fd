"""Corrections of a coloured shot: what a person wants of a place in a frame, and lists of them.

A correction is data. Nothing here looks at a picture or touches a file.
"""

import getpass
import time
import uuid
from typing import Any, Iterable, NamedTuple, Optional, Sequence, Tuple

from .errors import InputError, brief
from .text_file import is_unicode

KINDS = ("pin", "stroke", "approve", "lock", "recolor", "unknown", "line", "area")
SHAPE_SIDE = 16  # of the small picture of a region

Point = Tuple[float, float]


class Anchor(NamedTuple):
    """What a region looked like when it was corrected, so that it is found again in a redrawn plate.

    box: x0, y0, x1, y1 in px, x1 and y1 outside. area: in px. shape: SHAPE_SIDE² bits as hexadecimal digits, rows from
    the top, 1 where the region fills more than half of that part of its box.
    """

    box: Tuple[int, int, int, int]
    area: int
    shape: str


class Placed(NamedTuple):
    """Where a line along a track is drawn in a frame."""

    frame: int
    points: Tuple[Point, ...]


class Unplaced(NamedTuple):
    """A frame in which a line along a track is not drawn, and why."""

    frame: int
    reason: str


class Correction(NamedTuple):
    """One wish of a person. Points are x, y in px from the top left corner of the picture.

    kind: "pin": the region at the point has `color`, or looks like the region at `like` of a painting; "stroke": all
    regions under the line of points have `color`; "approve": the frame is right as it is; "lock": the region keeps the
    `color` it has, whatever others say; "recolor": `old` becomes `color` in the frames up to `last`, within `box` or
    the track of the region at the point, where one is given; "unknown": the region is left unpainted; "line": the line
    of points closes a gap, or opens one where `closes` is False, in this drawing, or, where it goes `along` its track,
    in those of the frames up to `last`; "area": within the region at the first point, what lies inside the outline of
    points has `color`, or, for a single one, the pixels around it of one paint.
    color, old: names of palette entries. at: the frame that the points are of, `frame` if None. like: the frame of a
    painting (None for a sheet), x and y in it. placed, unplaced: of a line along its track, what was found when it was
    made, each frame once. undone: taken back by `undo`, waiting for `redo`. on: switched off
    by hand when False. colors: of an approved frame, what its regions had, as point and color name of each. likes: of
    an approved frame, its regions that were painted like others, as point, and frame and point of the other.
    """

    kind: str
    frame: int
    points: Tuple[Point, ...] = ()
    color: str = ""
    old: str = ""
    like: Optional[Tuple[Optional[int], float, float]] = None
    last: Optional[int] = None
    at: Optional[int] = None
    box: Optional[Tuple[int, int, int, int]] = None
    closes: bool = True
    along: bool = False
    placed: Tuple[Placed, ...] = ()
    unplaced: Tuple[Unplaced, ...] = ()
    anchors: Tuple[Anchor, ...] = ()
    colors: Tuple[Tuple[float, float, str], ...] = ()
    likes: Tuple[Tuple[float, float, int, float, float], ...] = ()
    author: str = ""
    time: str = ""
    note: str = ""
    on: bool = True
    undone: bool = False
    id: str = ""

    @property
    def counts(self) -> bool:
        """Whether it has an effect now."""
        return self.on and not self.undone

    @property
    def drawn_at(self) -> int:
        """The frame that its points are of."""
        return self.frame if self.at is None else self.at

    @property
    def text(self) -> str:
        """The wish as a person reads it in a list."""
        at = " at " + ", ".join("{:.0f} {:.0f}".format(x, y) for x, y in self.points[:1]) if self.points else ""
        what = {"pin": self.color or self._like, "stroke": self.color, "lock": self.color, "area": self.color,
                "recolor": "{} → {}".format(self.old, self.color),
                "line": ("close" if self.closes else "open") + (" along its track" if self.along else ""),
                }.get(self.kind, "")
        frames = "frame {}".format(self.frame) if self.last in (None, self.frame) else "frames {}-{}".format(
            self.frame, self.last)
        return " ".join(filter(None, (self.kind, what, frames))) + at

    @property
    def _like(self) -> str:
        frame, x, y = self.like or (None, 0.0, 0.0)
        return "like the painting" if frame is None else "like {:.0f} {:.0f} of frame {} in".format(x, y, frame)


def made(correction: Correction, *, author: Optional[str] = None) -> Correction:
    """Return a new correction with its id, its time (UTC) and its author, by default the user of this machine."""
    return correction._replace(id=uuid.uuid4().hex[:12], time=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                               author=_user() if author is None else author)


def _user() -> str:
    try:
        name = getpass.getuser()
    except (KeyError, OSError, ImportError):  # none in the environment, and none known to the system
        return ""
    return name if is_unicode(name) else ""


Corrections = Tuple[Correction, ...]


def counting(corrections: Iterable[Correction]) -> Corrections:
    """Return those that have an effect now, in order."""
    return tuple(one for one in corrections if one.counts)


def added(corrections: Corrections, *new: Correction) -> Corrections:
    """Return the list with new ones at its end; what was taken back is gone then, as in every program."""
    return tuple(one for one in corrections if not one.undone) + new


def undone(corrections: Corrections) -> Corrections:
    """Return the list with its last correction taken back. Raises InputError when there is none."""
    at = [i for i, one in enumerate(corrections) if not one.undone]
    if not at:
        raise InputError("there is no correction to undo; `cmft corrections list` shows what there is")
    return _changed(corrections, at[-1], undone=True)


def redone(corrections: Corrections) -> Corrections:
    """Return the list with what was taken back last done again. Raises InputError when nothing was."""
    at = [i for i, one in enumerate(corrections) if one.undone]
    if not at:
        raise InputError("there is nothing to redo; a new correction ends what could be redone")
    return _changed(corrections, at[0], undone=False)


def dropped(corrections: Corrections, ids: Sequence[str]) -> Corrections:
    """Return the list without these. Raises InputError for an id that is not in it."""
    found = {find(corrections, one).id for one in ids}
    return tuple(one for one in corrections if one.id not in found)


def switched(corrections: Corrections, ids: Sequence[str], on: bool) -> Corrections:
    """Return the list with these switched on or off. Raises InputError for an id that is not in it."""
    found = {find(corrections, one).id for one in ids}
    return tuple(one._replace(on=on) if one.id in found else one for one in corrections)


def find(corrections: Corrections, start: str) -> Correction:
    """Return the correction whose id begins so. Raises InputError unless it is one."""
    found = [one for one in corrections if start and one.id.startswith(start)]
    if len(found) != 1:
        raise InputError("{}: {}; `cmft corrections list` shows the ids".format(
            brief(start), "several corrections begin so" if found else "there is no correction of this id"))
    return found[0]


def merged(own: Corrections, other: Corrections) -> Corrections:
    """Return the corrections of two people as one list in the order of time, each once.

    One that both have is as in `own`, but switched off or taken back where either did that.
    """
    by_id = {one.id: one for one in other}
    for one in own:
        twin = by_id.get(one.id, one)
        by_id[one.id] = one._replace(on=one.on and twin.on, undone=one.undone or twin.undone)
    return tuple(sorted(by_id.values(), key=lambda one: (one.undone, one.time, one.id)))


def _changed(corrections: Corrections, at: int, **values: Any) -> Corrections:
    return corrections[:at] + (corrections[at]._replace(**values),) + corrections[at + 1:]

"""Pictures on demand: of frames, of thumbnails and of paintings, made in a thread of their own and kept for a while."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import NamedTuple

from ..pipeline.changes import Changes, digest_of
from ..pipeline.colored_shot import ColoredShot
from .byte_cache import ByteCache
from .paintings import Painting, load_painting
from .pictures import Bytes, Pictures, Shown, Small, View, thumbnail
from .work import Worker

PICTURE_BYTES, SMALL_BYTES, THUMBNAIL_BYTES = 80_000_000, 96_000_000, 64_000_000
LAST = 10**9  # the urgency of what is only made ready


class News(NamedTuple):
    """Something new: "picture", "thumbnail" and "plate" of a frame; "corrections", "solved", "advice", "painting",
    "said" and "trouble".
    """

    kind: str
    frame: int | None = None
    text: str = ""


class Looks:
    """What is seen of a shot; methods return at once what there is, and news come from the thread."""

    def __init__(self, colored: ColoredShot, changes_of: Callable[[int], Changes], tell: Callable[[News], None],
                 failed: Callable[[BaseException], None]) -> None:
        """changes_of: with which changes a frame is shown now."""
        self._colored, self._changes_of, self._tell = colored, changes_of, tell
        self.pictures, self.view = Pictures(colored), View()
        self.painting: Painting | None = None
        self._shown, self._small = ByteCache(PICTURE_BYTES), ByteCache(SMALL_BYTES)
        self._thumbnails = ByteCache(THUMBNAIL_BYTES)
        self.worker = Worker("cmft-look", failed)

    def shown(self, frame: int, changes: Changes, *, urgency: int = 0) -> Shown | None:
        """Return a frame's picture with the regions in it, None while it is being made."""
        key = frame, digest_of(changes), self.view
        found: Shown | None = self._shown.get(key)
        if found is None:
            self.worker.submit(("shown", *key), partial(self._make_shown, key, changes), urgency=urgency)
        return found

    def _make_shown(self, key: tuple[int, str, View], changes: Changes) -> None:
        if self._shown.get(key) is None:
            shown = self.pictures.shown(key[0], changes, key[2])
            self._shown.put(key, shown, shown.picture.nbytes + shown.labels.nbytes)
        self._tell(News("picture", key[0]))

    def thumbnail(self, frame: int, *, away: int = 0) -> Bytes | None:
        """Return a frame's thumbnail (h, w, 3), None while it is being made, an older one while a new one is.

        away: how far the frame is from the one in view; near ones are made first.
        """
        found = self._thumbnails.get(frame)
        if found is None or found[0] != digest_of(self._changes_of(frame)):
            self.worker.submit(("thumbnail", frame), partial(self._make_thumbnail, frame), urgency=2 + away)
        return None if found is None else found[1]

    def _make_thumbnail(self, frame: int) -> None:
        small = self._small_of(frame)
        if small is None:
            return
        changes = self._changes_of(frame)
        picture = thumbnail(small, changes, self.pictures.swatches)
        self._thumbnails.put(frame, (digest_of(changes), picture), picture.nbytes)
        self._tell(News("thumbnail", frame))

    def _small_of(self, frame: int) -> Small | None:
        at = self._colored.frames[frame].decided_at
        found: Small | None = self._small.get(at)
        if found is None and (found := self.pictures.small(frame)) is not None:
            self._small.put(at, found, sum(part.nbytes for part in found))
        return found

    def prepare(self, frames: Sequence[int]) -> None:
        """Make small drawings ready while nothing else is to be done, so that a pin is soon seen in all frames."""
        if frames:
            self.worker.submit("prepare", partial(self._prepare, frames), urgency=LAST)

    def _prepare(self, frames: Sequence[int]) -> None:
        self._small_of(frames[0])
        self.prepare(frames[1:])

    def forget(self) -> None:
        """Give up what still waits, for another frame is in view."""
        self.worker.forget(_is_of_a_frame)

    def show_painting(self, number: int) -> None:
        """Load a painting of the shot, by its number."""
        self.worker.submit("painting", partial(self._load_painting, number), urgency=1)

    def _load_painting(self, number: int) -> None:
        self.painting = load_painting(self._colored, number)
        self._tell(News("painting"))


def _is_of_a_frame(key: Hashable) -> bool:
    return isinstance(key, tuple)

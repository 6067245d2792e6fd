"""What a node shows of its result: the states, when each is true, and the sentence of each."""

from pathlib import Path
from typing import Callable, NamedTuple, Optional, Sequence, Tuple

from ..errors import InputError
from ..job import frames_text
from .provenance import read_provenance
from .sequences import numbers_on_disk

# Values that scripts and files keep.
NOT_COLOURED, READY, STALE, ENGINE_MISSING, INCOMPLETE = 0, 1, 2, 3, 4
WORDS = {NOT_COLOURED: "not coloured", READY: "ready", STALE: "stale", ENGINE_MISSING: "engine missing",
         INCOMPLETE: "incomplete"}
MAX_FRAMES_TEXT = 60  # letters of a list of frames in a sentence
STALE_TEXT = "stale: an input or a setting has changed since it was coloured; press Colorize"


class Wording(NamedTuple):
    """What a host calls its inputs and its button for the report."""

    inputs: str
    report: str

    @property
    def not_yet(self) -> str:
        """The sentence of a node that was never coloured."""
        return "not coloured yet: connect {}, press Colorize".format(self.inputs)


class Shown(NamedTuple):
    """The plates that a node shows ("" for none), first and last frame of the range that was asked for, the signature.

    shift: from a host's frame to the number in a plate's name.
    """

    pattern: str
    first: int
    last: int
    signature: str
    shift: int = 0

    @property
    def folder(self) -> Optional[Path]:
        """Where the plates are, None for none."""
        return Path(self.pattern).parent if self.pattern else None


class OnDisk(NamedTuple):
    """What is found of a result: its frames that have a plate, and the signature that is recorded of them.

    frames: the host's, without those that were made from something else; made_from: "" for none.
    """

    frames: Tuple[int, ...]
    made_from: str


class Stored(NamedTuple):
    """State and sentence as a node keeps them."""

    state: int
    status: str


class Found(NamedTuple):
    """What is true of a node now: its result, what is on disk, the frames that it is to colour, and the state."""

    shown: Shown
    on_disk: OnDisk
    asked: Tuple[int, ...]
    state: int

    @property
    def coloured(self) -> Tuple[int, ...]:
        """The frames of the range that it shows which have a plate."""
        return tuple(frame for frame in self.on_disk.frames if self.shown.first <= frame <= self.shown.last)


def find_state(shown: Shown, asked: Sequence[int], now: Callable[[], str]) -> Found:
    """Look at the disk and return what is true; asked and now: as `state_of` takes them."""
    on_disk = look_at_disk(shown)
    return Found(shown, on_disk, tuple(asked), state_of(shown, on_disk, lambda: asked, now))


def look_at_disk(shown: Shown) -> OnDisk:
    """Look at the plates that a node shows, and at the record beside them."""
    if shown.folder is None:
        return OnDisk((), "")
    made_from = read_provenance(shown.folder)
    there = numbers_on_disk(shown.pattern)
    return OnDisk(tuple(number - shown.shift for number in there if made_from.covers(number)), made_from.signature)


def state_of(shown: Shown, on_disk: OnDisk, asked: Callable[[], Sequence[int]], now: Callable[[], str]) -> int:
    """Return the true state.

    asked: gives the frames that the node is to colour; now: the signature of the inputs as they are. Either is asked
    only when it matters. A node whose plates a later version of its file has coloured from other inputs is stale.
    """
    if not on_disk.frames or shown.last < shown.first:
        return NOT_COLOURED
    made_from = on_disk.made_from or shown.signature
    if made_from != shown.signature or made_from != now():
        return STALE
    return READY if set(asked()) <= set(on_disk.frames) else INCOMPLETE


def refuse_bad_result(state: int, *, shows_old: bool, name: str) -> None:
    """Raise InputError when a node has no result to hand on: none, or a stale one while it does not show old ones."""
    if state in (NOT_COLOURED, ENGINE_MISSING):
        raise InputError("{}: there is no result yet; press Colorize first".format(name))
    if state == STALE and not shows_old:
        raise InputError("{}: {}, or choose to show the old result".format(name, STALE_TEXT))


def sentence_of(state: int, shown: Shown, wording: Wording, on_disk: OnDisk, asked: Sequence[int]) -> str:
    """Return the sentence of a state that nothing more is known of."""
    if state == READY:
        return "{}-{} coloured".format(shown.first, shown.last)
    if state == INCOMPLETE:
        missing = sorted(set(asked) - set(on_disk.frames))
        return "{} of {} frames coloured; missing: {}; press Colorize".format(
            len(asked) - len(missing), len(asked), _short(frames_text(missing)))
    if state == STALE:
        return STALE_TEXT
    if shown.pattern and shown.last >= shown.first:
        return "{}: the plates are gone; press Colorize, or bring the folder back".format(shown.folder)
    return wording.not_yet


def _short(frames: str) -> str:
    return frames if len(frames) <= MAX_FRAMES_TEXT else frames[:MAX_FRAMES_TEXT].rpartition(" ")[0] + " and more"


def to_store(state: int, before: Stored, note: str, sentence: str) -> Stored:
    """Return what a node is to keep; `note` says how a run ended, `sentence` what is known without one.

    That the engine is missing stays until something else is known.
    """
    if note and state == INCOMPLETE and not note.startswith("cancelled"):  # which says how many itself
        return Stored(state, "{}; {}".format(note, sentence))
    if note:
        return Stored(state, "{} (stale: press Colorize)".format(note) if state == STALE else note)
    if state == NOT_COLOURED and before.state == ENGINE_MISSING:
        return before
    return before if state == before.state != INCOMPLETE else Stored(state, sentence)

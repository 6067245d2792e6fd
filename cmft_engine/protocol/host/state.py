"""What a node shows of its result: the states, when each is true, and the sentence of each."""

from pathlib import Path
from typing import Callable, NamedTuple, Optional

from .provenance import read_provenance
from .sequences import numbers_on_disk

# Values that scripts and files keep.
NOT_COLOURED, READY, STALE, ENGINE_MISSING = 0, 1, 2, 3
WORDS = {NOT_COLOURED: "not coloured", READY: "ready", STALE: "stale", ENGINE_MISSING: "engine missing"}
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
    """The plates that a node shows ("" for none), their first and last frame, and the signature that it keeps."""

    pattern: str
    first: int
    last: int
    signature: str

    @property
    def folder(self) -> Optional[Path]:
        """Where the plates are, None for none."""
        return Path(self.pattern).parent if self.pattern else None


class OnDisk(NamedTuple):
    """What is found of a result: whether it has plates, and the signature recorded beside them ("" for none)."""

    has_plates: bool
    made_from: str


class Stored(NamedTuple):
    """State and sentence as a node keeps them."""

    state: int
    status: str


def look_at_disk(pattern: str) -> OnDisk:
    """Look at the plates of a pattern, and at the record beside them."""
    if not pattern:
        return OnDisk(False, "")
    return OnDisk(bool(numbers_on_disk(pattern)), read_provenance(Path(pattern).parent))


def state_of(shown: Shown, on_disk: OnDisk, now: Callable[[], str]) -> int:
    """Return the true state; `now` gives the signature of the inputs as they are, and is asked only when it matters.

    A node whose plates a later version of its file has coloured from other inputs is stale.
    """
    if not on_disk.has_plates or shown.last < shown.first:
        return NOT_COLOURED
    made_from = on_disk.made_from or shown.signature
    return READY if made_from == shown.signature and made_from == now() else STALE


def sentence_of(state: int, shown: Shown, wording: Wording) -> str:
    """Return the sentence of a state that nothing more is known of."""
    if state == READY:
        return "{}-{} coloured".format(shown.first, shown.last)
    if state == STALE:
        return STALE_TEXT
    if shown.pattern and shown.last >= shown.first:
        return "{}: the plates are gone; press Colorize, or bring the folder back".format(shown.folder)
    return wording.not_yet


def to_store(state: int, before: Stored, note: str, sentence: str) -> Stored:
    """Return what a node is to keep; `note` says how a run ended, `sentence` what is known without one.

    That the engine is missing stays until something else is known.
    """
    if note:
        return Stored(state, "{} (stale: press Colorize)".format(note) if state == STALE else note)
    if state == NOT_COLOURED and before.state == ENGINE_MISSING:
        return before
    return before if state == before.state else Stored(state, sentence)

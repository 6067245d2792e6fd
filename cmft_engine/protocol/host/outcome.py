"""How a run ended, what that means for the person at the node, and what the node is to show then."""

from pathlib import Path
from typing import NamedTuple, Optional, Sequence, Tuple

from ..errors import Cancelled, CmftError
from ..events import Finished
from ..job import frames_text
from ..plain import counted
from .provenance import record_provenance
from .sequences import Plates, numbers_on_disk
from .state import Shown, Wording


class Outcome(NamedTuple):
    """The host's frames that stand on disk, the last event of a good run or the error of a bad one, and warnings."""

    done: Tuple[int, ...] = ()
    finished: Optional[Finished] = None
    error: Optional[CmftError] = None
    warnings: Tuple[str, ...] = ()


def outcome_sentence(outcome: Outcome, frames: Sequence[int], wording: Wording) -> str:
    """Return what a run's end means for the person at the node; frames: those of the run."""
    if isinstance(outcome.error, Cancelled):
        return "cancelled: {} of {} frames done; press Colorize to go on".format(len(outcome.done), len(frames))
    if outcome.error is not None:
        return str(outcome.error)
    unsure = outcome.finished.unsure if outcome.finished is not None else 0
    checks = "{} to check, see {}".format(counted(unsure, "region"), wording.report) if unsure else "no region to check"
    return "{} coloured; {}{}".format(frames_text(frames), checks, "".join("; " + one for one in outcome.warnings[:1]))


def result_to_show(outcome: Outcome, plates: Plates, wanted: Sequence[int], *, signature: str,
                   shown: Shown) -> Optional[Shown]:
    """Record what the plates were made from and return what the node is to show; None when it keeps what it shows.

    plates: of the run; wanted: the node's whole range; signature: of the inputs that were coloured. After a cancel or
    an error an older result stays; without one, what is finished is shown.
    """
    keeps_old = outcome.finished is None and bool(shown.pattern) and shown.folder != Path(plates.pattern).parent
    if not outcome.done or keeps_old:
        return None
    is_whole = outcome.finished is not None and set(wanted) <= set(outcome.done)
    made_from = record_provenance(Path(plates.pattern).parent, signature, [frame + plates.shift for frame in
                                  outcome.done], is_whole=is_whole, there=numbers_on_disk(plates.pattern))
    frames = [*wanted, *outcome.done]
    return Shown(plates.pattern, min(frames), max(frames), made_from.signature, plates.shift)

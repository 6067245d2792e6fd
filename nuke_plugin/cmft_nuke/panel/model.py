"""What the panel shows and does, without Qt: the nodes of the script, the chosen one, its errors and its review.

Main thread only, like everything that asks Nuke. Looking is cheap: it reads what the nodes have stored, and what is
stored is kept true by `watch`.
"""

import os
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple

import nuke

from cmft_engine.protocol.errors import Cancelled, CmftError
from cmft_engine.protocol.host.correct import Swatch
from cmft_engine.protocol.host.review import NOTHING, Review, ReviewReader, ReviewTrack
from cmft_engine.protocol.host.run import LOG
from cmft_engine.protocol.host.state import WORDS

from .. import runner
from ..api import fix_region
from ..bake import is_baking
from ..buttons import ACTIONS
from ..fixes import swatches_of
from ..nodes import all_cmft, as_cmft, find, result_pattern, value
from .look import show_frame, show_node, show_region

COLOURING, STOPPING, FAILED = "colouring", "stopping", "failed"
_LOG_END = 64 * 1024  # bytes of the log that are shown


class Row(NamedTuple):
    """One node: its full name, a word for its state, the sentence on it, and how far its run is, 0 to 100."""

    name: str
    uid: str
    state: str
    text: str
    percent: int
    error: str
    log: str
    folder: str

    @property
    def is_running(self) -> bool:
        """Say whether the engine works for it."""
        return self.state in (COLOURING, STOPPING)


class PanelModel:
    """The script as the panel shows it. `rows` are the nodes by name, `chosen` the name of the one looked at."""

    def __init__(self) -> None:
        self.rows: Tuple[Row, ...] = ()
        self.chosen = ""
        self._notices: Dict[str, str] = {}  # errors of buttons, by the node's name
        self._reader = ReviewReader()

    @property
    def row(self) -> Optional[Row]:
        """The chosen node's row, None when the script has no node."""
        return next((row for row in self.rows if row.name == self.chosen), None)

    def refresh(self) -> None:
        """Look at the script's nodes; while inputs are written nothing is asked, for Nuke is busy with them."""
        if is_baking():
            return
        before = self.row
        groups = sorted(all_cmft(), key=lambda group: group.fullName())
        self.rows = tuple(self._look_at(group) for group in groups)
        names = [row.name for row in self.rows]
        self._notices = {name: words for name, words in self._notices.items() if name in names}
        if self.chosen not in names:  # renamed, deleted, or nothing chosen yet
            renamed = [row.name for row in self.rows if before is not None and row.uid and row.uid == before.uid]
            self.chosen = (renamed or names or [""])[0]

    def _look_at(self, group: nuke.Group) -> Row:
        name, uid = group.fullName(), str(value(group, "uid"))
        pattern = result_pattern(group)
        folder = os.path.dirname(pattern)
        state, text = WORDS.get(int(value(group, "state")), ""), str(value(group, "status"))
        run, last = _of(group, runner.running(uid)), _of(group, runner.ended(uid))
        error, log = self._notices.get(name, ""), ""
        if run is not None:
            word = STOPPING if run.engine.is_stopping else COLOURING
            return Row(name, uid, word, run.engine.progress.words, run.engine.progress.percent, error, "", folder)
        if last is not None and last.outcome is not None and last.outcome.error is not None \
                and not isinstance(last.outcome.error, Cancelled):
            state, error, log = FAILED, error or str(last.outcome.error), str(last.plan.folder / LOG)
        return Row(name, uid, state, text, 0, error, log, folder)

    def choose(self, name: str) -> None:
        """Look at a node."""
        self.chosen = name

    def review(self) -> Review:
        """Return what there is to check in the chosen node's result; it is read in the background."""
        row = self.row
        return NOTHING if row is None else self._reader.look(Path(row.folder) if row.folder else None)

    def press(self, action: str, name: str) -> None:
        """Do what a button of the node is for; an error is kept for `refresh` to show."""
        self._do(name, ACTIONS[action])

    def show_frame(self, name: str, frame: int) -> None:
        """Go to a frame and show the node there."""
        self._do(name, lambda group: show_frame(group, frame))

    def show_track(self, name: str, track: ReviewTrack) -> None:
        """Go to the least sure frame of a track, and put Fix point into its region there."""
        frame, region = track.worst
        self._do(name, lambda group: show_region(group, frame.frame, region.at))

    def swatches(self, name: str) -> Tuple[Swatch, ...]:
        """Return the palette of a node's result; none, and an error for `refresh` to show, where it has none."""
        found: List[Swatch] = []
        self._do(name, lambda group: found.extend(swatches_of(group)))
        return tuple(found)

    def fix(self, name: str, color: str) -> None:
        """Give the region at Fix point a colour."""
        self._do(name, lambda group: fix_region(group, color=color))

    def show_node(self, name: str) -> None:
        """Open the node's own panel and bring it to the middle of the node graph."""
        self._do(name, show_node)

    def _do(self, name: str, action: Callable[[nuke.Group], object]) -> None:
        if is_baking():
            return  # Nuke handles clicks while it writes; what is being written must be finished first
        self._notices.pop(name, None)
        try:
            action(as_cmft(nuke.toNode(name)))
        except Cancelled:
            pass  # by the person who is looking at the screen
        except CmftError as error:
            self._notices[name] = str(error)
        self.refresh()

    def dismiss(self, name: str) -> None:
        """Let a node's error go."""
        self._notices.pop(name, None)
        for row in self.rows:
            if row.name == name:
                runner.forget_ended(row.uid)
        self.refresh()

    def log_text(self) -> str:
        """Return the end of the engine's log of the chosen node's failed run."""
        path = self.row.log if self.row is not None else ""
        if not path:
            return ""
        try:
            text = Path(path).read_bytes()[-_LOG_END:].decode("utf-8", "replace")
        except OSError as error:
            return "{} cannot be read: {}".format(path, error.strerror)
        return "{}\n\n{}".format(path, text.strip())


def _of(group: nuke.Group, run: Optional[runner.Run]) -> Optional[runner.Run]:
    """Return the run when it is this node's own: a pasted copy has the same identity until it is coloured."""
    if run is None:
        return None
    owner = find(run.plan.uid, run.plan.name)
    return run if owner is not None and owner.fullName() == group.fullName() else None

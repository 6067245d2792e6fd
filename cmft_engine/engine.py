"""What colours a shot's drawings: the references and networks, and what was found of each drawing for those around it.

Arrays in, decisions out; reads no files.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from .image.snap import Snapped, Votes, snap
from .model.around import Witness
from .model.matcher import CutDrawing, Matcher
from .model.weights import Checkpoint
from .outputs import Colored
from .protocol.settings import Settings
from .references import Drawing, References
from .shot import Shot

MAX_REFERENCES = 4  # of many references that a frame uses


class Study:
    """A drawing that is matched by itself: once, by whoever asks first; threads may share it."""

    def __init__(self, frame: int, cut: CutDrawing, *, is_decided: bool) -> None:
        """frame: at which the drawing is decided; is_decided: whether it will be, else it is but a witness."""
        self._frame, self._is_decided = frame, is_decided
        self._cut: CutDrawing | None = cut
        self._votes: Votes | None = None
        self._witness: Witness | None = None
        self._lock = threading.Lock()

    def use_cut(self, cut: CutDrawing) -> None:
        """Look at this cut of the drawing, unless somebody looks already, so that the earlier one can go."""
        if self._lock.acquire(blocking=False):  # whoever reads plates must not wait for a match
            try:
                self._cut = cut if self._witness is None else None
            finally:
                self._lock.release()

    def take_votes(self, engine: Engine) -> Votes:
        """Return the votes on the drawing, which are large, and keep them no longer: they are asked for once."""
        with self._lock:
            self._look(engine)
            votes, self._votes = self._votes, None
        assert votes is not None
        return votes

    def witness(self, engine: Engine) -> Witness:
        """Return what the drawing can tell those around it."""
        with self._lock:
            return self._look(engine)

    def _look(self, engine: Engine) -> Witness:
        if self._witness is None:
            assert self._cut is not None
            votes, self._witness = engine.study(self._frame, self._cut)
            self._votes = votes if self._is_decided else None
            self._cut = None
        return self._witness


class Engine:
    """The references and the matcher of one run."""

    def __init__(
        self, shot: Shot, settings: Settings, references: References, checkpoint: Checkpoint, device: torch.device
    ) -> None:
        """Take the references in."""
        self.shot, self.settings, self.references = shot, settings, references
        self.matcher = Matcher(checkpoint, references.painted, n_colors=len(references.palette),
                               work_size=settings.work_size, device=device, paints=settings.mode == "paint",
                               around=settings.temporal_radius)

    def study(self, frame: int, cut: CutDrawing) -> tuple[Votes, Witness]:
        """Match a drawing by itself with the references that serve its frame."""
        return self.matcher.study(cut, self._use(frame))

    def color(
        self, frame: int, drawing: Drawing, study: Study, around: Sequence[Study]
    ) -> tuple[Colored, Snapped]:
        """Decide the colours of a drawing; one that a reference shows keeps the painter's colours.

        study, around: of the drawing itself, and of those that have a say in it, as from `Shot.around`.
        """
        witnesses = [other.witness(self) for other in reversed(around)]  # who decides the next one studies a later one
        votes = study.take_votes(self)
        if around:
            votes = self.matcher.hear(drawing.cut, votes, study.witness(self), witnesses,
                                      places=2 * self.settings.temporal_radius)
        snapped = snap(drawing.regions.labels, drawing.cut.grown, votes, calibration=self.matcher.calibration)
        confidence = snapped.confidence[drawing.cut.grown - 1] if len(snapped.confidence) else np.zeros(
            drawing.cut.grown.shape, np.float32)
        index, rgb = snapped.index, votes.rgb
        shown = (self.references.painted[i].index for i in self._use(frame) if self._shows(i, frame))
        painted = next(shown, None)
        if painted is not None and painted.shape == index.shape:
            snapped = _as_painted(snapped, painted)
            index, confidence, rgb = painted, np.ones_like(confidence), None
        return Colored(index, confidence, rgb), snapped

    def _use(self, frame: int) -> list[int]:
        """Which references serve a frame: paintings of its very drawing, then the nearest in time."""
        found = [self.shot.references.index(reference) for reference in self.shot.reference_for(frame)]
        return sorted(dict.fromkeys(found), key=lambda i: not self._shows(i, frame))[:MAX_REFERENCES]

    def _shows(self, i: int, frame: int) -> bool:
        """Say whether reference i is a painting of this frame's very drawing."""
        at, holds = self.shot.references[i].frame, self.shot.holds()
        return at == frame or (at in holds and holds[at] == holds[frame])


def _as_painted(snapped: Snapped, index: np.ndarray) -> Snapped:
    """The decision for a frame that the painter coloured: nothing to check."""
    return replace(snapped, index=index, confidence=np.ones_like(snapped.confidence))

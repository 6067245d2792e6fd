"""The advice which frame to paint next, as a run and the review window give it."""

from __future__ import annotations

from typing import NamedTuple

WORTH_PAINTING = 0.2  # share of the doubt that another painting would settle


class Advice(NamedTuple):
    """A frame to paint next, and the share of the doubt that its painting would settle, in [0, 1]."""

    frame: int
    share: float

    @property
    def short(self) -> str:
        """What to do."""
        return f"paint frame {self.frame} next"

    @property
    def text(self) -> str:
        """What to do and why, as a sentence."""
        return f"{self.short}: as a second reference it would settle about {100 * self.share:.0f} % of the doubt"


def advice_of(found: tuple[int, float] | None) -> Advice | None:
    """Return the advice to paint a frame, with its share of the doubt; None where it is not worth the work."""
    return None if found is None or found[1] < WORTH_PAINTING else Advice(*found)

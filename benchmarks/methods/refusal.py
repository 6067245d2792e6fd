"""What a method that refuses a clip counts as: a page without paint. It is never left out of a table."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import numpy as np

from cmft_engine.protocol.errors import Cancelled, CmftError, WeightsError

from .method import Colored, Colorer, UncoloredShot

LOG = logging.getLogger(__name__)


def color_or_none(color: Colorer, shot: UncoloredShot) -> Mapping[int, Colored] | None:
    """Return a shot's colouring, None when the method refuses the shot; why is logged.

    Raises WeightsError or Cancelled, which are no answer to the shot.
    """
    try:
        return color(shot)
    except (WeightsError, Cancelled):
        raise
    except CmftError as error:
        LOG.warning("refused, counted as all wrong: %s", error)
        return None


def blank_paper(line: np.ndarray) -> Colored:
    """Return white paper of a line plate's size, its confidence 0 everywhere."""
    nothing = np.zeros(line.shape[:2], np.float32)
    return Colored(np.full_like(line, 255), nothing, nothing > 0)

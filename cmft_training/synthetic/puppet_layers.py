"""The stacking of a puppet's parts: ids, what lies on what, and the order they are drawn in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from cmft_training.synthetic.puppet_ink import Outline
from cmft_training.synthetic.puppet_motion import Puppet
from cmft_training.synthetic.puppet_rig import Part


class Layers:
    """The parts of one puppet in layers, worked out once; `outlines` gives what to draw at a time.

    color_keys: what colour groups 1, 2, … are, in order of appearance. group: uint16 (n_ids,), colour group of each
    part id; id 0 and group 0 are the background. Pen strokes have no id.
    """

    def __init__(self, puppet: Puppet) -> None:
        self._puppet = puppet
        parts = puppet.parts
        index = {part.name: i for i, part in enumerate(parts)}
        closed = [i for i, part in enumerate(parts) if part.closed]
        self._number = np.zeros(len(parts), np.int64)
        self._number[closed] = np.arange(1, len(closed) + 1)
        self._owner = [index[part.on] if part.on else i for i, part in enumerate(parts)]
        self._root = np.array([_root(self._owner, i) for i in range(len(parts))])
        place = np.arange(len(parts))
        # what lies on a part comes right above it, in the order it was laid on
        self._rank = np.where(self._root == place, 0.0, 1e-4 * (1.0 + place / len(parts)))
        self.color_keys, self.group = _color_groups([parts[i] for i in closed])

    def outlines(
        self, t: float, *, place: Callable[[NDArray[np.float64]], NDArray[np.float64]], width: Callable[[Part], float]
    ) -> list[Outline]:
        """Return the outlines at time t, back to front.

        place: from scene units to page pixels, (n, 2) to (n, 2). width: ink width of a part in px, 0 for none.
        """
        samples, depth, present = self._puppet.pose(t)
        samples = place(samples)
        order = np.argsort(depth[self._root] + self._rank, kind="stable")
        return [self._outline(int(i), samples, width) for i in order if present[i]]

    def _outline(self, i: int, samples: NDArray[np.float64], width: Callable[[Part], float]) -> Outline:
        part, bounds = self._puppet.parts[i], self._puppet.bounds
        return Outline(
            samples[bounds[i] : bounds[i + 1]],
            number=int(self._number[i]),
            width=width(part),
            closed=part.closed,
            on=int(self._number[self._owner[i]]) if part.on else 0,
            root=int(self._number[self._root[i]]),
        )


def _root(owner: Sequence[int], i: int) -> int:
    """Return the outermost part that part i lies on, itself if on none."""
    while owner[i] != i:
        i = owner[i]
    return i


def _color_groups(parts: Sequence[Part]) -> tuple[list[str], NDArray[np.uint16]]:
    """Return the colour keys in order of appearance and the group (n_parts + 1,) of every id."""
    keys = list(dict.fromkeys(part.color for part in parts))
    numbers = {key: n + 1 for n, key in enumerate(keys)}
    return keys, np.array([0, *(numbers[part.color] for part in parts)], np.uint16)

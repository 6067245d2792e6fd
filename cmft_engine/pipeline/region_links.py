"""Which regions of a drawing correspond to those of the one before or after it, as runs have kept it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..matching.stroke_carry import Doubles, shift
from .colored_shot import ColoredShot
from .stroke_regions import under

BESIDE_PX, MOST_BESIDE, MOST_SHARE = 40, 5, 0.25  # how near, how many and what share of the picture regions are from
# whose motion that of a stroke is guessed


class RegionLinks:
    """The links of the shot graph from one drawing's regions to those of the one after or before it."""

    def __init__(self, shot: ColoredShot, here: int, there: int) -> None:
        """here, there: where the drawings are decided."""
        self._labels = [shot.labels_under_ink(at) for at in (here, there)]
        self._best: dict[int, dict[int, float]] = {}
        drawings = [shot.graph.drawings[shot.graph.place[at]] for at in (here, there) if at in shot.graph.place]
        if len(drawings) < 2:
            return
        later = next((one for one, other in (drawings, drawings[::-1]) if one.before == other.frame), None)
        if later is None:
            return
        rows, columns, forth, back = later.links
        ends = (rows, columns) if later is drawings[0] else (columns, rows)
        for mine, other, chance in zip(*(end.tolist() for end in ends), np.sqrt(forth * back).tolist(), strict=True):
            self._best.setdefault(mine + 1, {})[other + 1] = chance

    @property
    def is_known(self) -> bool:
        """Whether there is any."""
        return bool(self._best) and all(one is not None for one in self._labels)

    def of(self, region: int) -> dict[int, float]:
        """Return the chances of the regions that one corresponds to."""
        return self._best.get(region, {})

    def reach(self, regions: set[int], points: Doubles) -> bool:
        """Say whether one of the regions leads to one under a line of the other drawing."""
        labels = self._labels[1]
        return labels is not None and any(set(self.of(region)) & set(under(labels, points)) for region in regions)

    def motions(self, points: Doubles, scale: float) -> Iterator[Doubles]:
        """Yield how regions beside a line moved, as affine motions (3, 2), the largest first."""
        near, far = self._labels
        if near is None or far is None:
            return
        reach = round(BESIDE_PX * scale)
        x0, y0 = (max(0, int(n)) for n in points.min(0) - reach)
        x1, y1 = (int(n) for n in points.max(0) + reach)
        beside = np.bincount(near[y0:y1, x0:x1].ravel())
        for region in np.argsort(-beside)[:MOST_BESIDE].tolist():
            to = self.of(region)
            if beside[region] and to and (inside := near == region).mean() < MOST_SHARE:
                other = far == max(to, key=to.__getitem__)
                if other.any():
                    yield shift(_middle(other) - _middle(inside))


def _middle(mask: NDArray[np.bool_]) -> Doubles:
    rows, columns = np.nonzero(mask)
    return np.array([columns.mean(), rows.mean()])

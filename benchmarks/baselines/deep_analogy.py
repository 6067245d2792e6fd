"""Deep Image Analogy (Liao, Yao, Yuan, Hua and Kang, "Visual Attribute Transfer through Deep Image Analogy", 2017).

A is the target's line, A' its colouring, B the reference's line, B' its painting. As the original: fields of nearest
neighbours from A to B and back, coarse to fine, by PatchMatch over features normalised pixel by pixel, ten rounds a
layer, patches of 3 and at the two finest layers of 5 px, the whole map searched at the coarsest layer and 6, 6, 4,
4 px at the others; the cost is that of A against B and of A' against B'; A' keeps A where A answers strongly, with
the weights 1, 0.9, 0.8, 0.7, 0.2 layer by layer; the result is B', voted by patches of 3 px.

What differs: the original is given A and B' alone, and here B is given as well, so B is not made up; what it
deconvolves from layer to layer by L-BFGS is warped at each layer instead; a field begins where it stood in the layer
above, the coarsest one at the same place; each way takes over what the other found. `OwnFeatures` reads our line
encoder at 1/8, 1/4 and 1/2 and then the line plate itself, because VGG's weights are not ours to give: what it sees
of B' is B' 's ink alone. With `vgg.VggFeatures` it reads VGG-19's five layers of lines and painting. The
picture is 256 px wide, at the lower end of the original's 200 to 700.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch

from benchmarks.metrics.pictures import flats_under_ink, lay_ink
from cmft_engine.matching.network.network import Network

from .learned import Colorer, read_line
from .patch_match import match_both_ways, refine, same_place, vote
from .work_picture import enlarge, shrink

ITERATIONS = 10
WEIGHTS = (1.0, 0.9, 0.8, 0.7, 0.2)  # coarse to fine, from the sixteenth on
RADII = (1, 1, 1, 2, 2)  # of a patch, in px of its layer
REACHES = (6, 6, 6, 4, 4)  # of the search; the coarsest layer is searched whole
ANSWERS_FROM = 0.05  # of the strongest answer
VOTE_RADIUS = 1
EPSILON = 1e-8


class Features(Protocol):
    """Maps of a picture, coarse to fine, each twice as large as the one before, float32 (h, w, C)."""

    def lines(self, line: np.ndarray) -> list[np.ndarray]:
        """Return the maps of a line plate, uint8 RGB (S, S, 3)."""

    def painting(self, painting: np.ndarray, line: np.ndarray) -> list[np.ndarray]:
        """Return the maps of a painting whose line plate is known."""


class OwnFeatures:
    """What our line encoder sees, then ink and distance to ink."""

    def __init__(self, network: Network) -> None:
        self._network = network.eval()

    def lines(self, line: np.ndarray) -> list[np.ndarray]:
        """Return the maps at 1/8, 1/4, 1/2 and full size."""
        channels = read_line(line)
        with torch.inference_mode():
            maps = [*reversed(self._network.line(channels)), channels]
        return [one[0].permute(1, 2, 0).numpy() for one in maps]

    def painting(self, painting: np.ndarray, line: np.ndarray) -> list[np.ndarray]:
        """Return the maps of the painting's ink."""
        return self.lines(line)


def analogy_with(features: Features) -> Colorer:
    """Return the method on these features."""

    def color(reference_line: np.ndarray, reference_gt: np.ndarray, target_line: np.ndarray) -> np.ndarray:
        flats = shrink(flats_under_ink(reference_gt, reference_line))
        line_a, line_b, painting = (shrink(picture) for picture in (target_line, reference_line, reference_gt))
        field = find_field(features.lines(line_a), features.lines(line_b), features.painting(painting, line_b))
        square = np.rint(vote(field, flats, radius=VOTE_RADIUS)).astype(np.uint8)
        return lay_ink(enlarge(square, target_line.shape[:2]), target_line)

    return color


def find_field(a: list[np.ndarray], b: list[np.ndarray], painted: list[np.ndarray]) -> np.ndarray:
    """Return the field from A to B at full size from the maps of A, B and B', coarse to fine."""
    skipped = len(WEIGHTS) - len(a)  # our own features have no sixteenth
    sizes = [(_size(one), _size(other)) for one, other in zip(a, b, strict=True)]
    there, back = same_place(*sizes[0]), same_place(*sizes[0][::-1])
    for i, ((size_a, size_b), weight, radius, reach) in enumerate(
        zip(sizes, WEIGHTS[skipped:], RADII[skipped:], REACHES[skipped:], strict=True)
    ):
        if i:
            coarse_a, coarse_b = sizes[i - 1]
            there, back = refine(there, size_a, size_b, coarse_b), refine(back, size_b, size_a, coarse_a)
        made = blend(a[i], painted[i], there if i else None, weight=weight)
        one, other = _both_domains(a[i], made), _both_domains(b[i], painted[i])
        reach = reach if i else max(*size_a, *size_b)
        there, back = match_both_ways(one, other, (there, back), radius=radius, reach=reach, iterations=ITERATIONS)
    return there


def _size(features: np.ndarray) -> tuple[int, int]:
    return features.shape[0], features.shape[1]


def blend(a: np.ndarray, painted: np.ndarray, field: np.ndarray | None, *, weight: float) -> np.ndarray:
    """Return A' (h, w, C): A where it answers strongly, by the weight, and B' moved by the field elsewhere.

    field: None at the coarsest layer, where A' is A.
    """
    if field is None:
        return a
    answer = (a**2).sum(axis=2, keepdims=True)
    span = float(answer.max() - answer.min())
    strong = (answer - answer.min()) >= ANSWERS_FROM * max(span, EPSILON)
    kept = np.where(strong, weight, 0.0).astype(np.float32)
    return np.asarray(kept * a + (1 - kept) * vote(field, painted, radius=VOTE_RADIUS))


def _both_domains(line: np.ndarray, color: np.ndarray) -> np.ndarray:
    """Return maps whose squared difference is the sum over both domains, (h, w, 2 C)."""
    return np.concatenate([normalized(line), normalized(color)], axis=2)


def normalized(features: np.ndarray) -> np.ndarray:
    """Return the features (h, w, C) with unit length pixel by pixel; zeros stay zeros."""
    return np.asarray(features / (np.linalg.norm(features, axis=2, keepdims=True) + EPSILON), np.float32)

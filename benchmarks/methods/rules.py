"""The methods without learning as they colour a whole shot: poured, from drawing to drawing, from two references."""

from __future__ import annotations

import numpy as np

from benchmarks.baselines import flow_warp, region_match_all, region_match_with_flow
from benchmarks.metrics.pictures import flats_under_ink, pour_majority

from .method import Colored, UncoloredShot


def flow_warp_poured(reference_line: np.ndarray, reference_gt: np.ndarray, target_line: np.ndarray) -> np.ndarray:
    """Return the flow warp with every inked region in its commonest colour, uint8 RGB (H, W, 3)."""
    return pour_majority(flow_warp(reference_line, reference_gt, target_line), target_line)


def color_in_chain(shot: UncoloredShot) -> dict[int, Colored]:
    """Colour every drawing of the shot from the one before it and what the rules made of that."""
    (reference,) = shot.references.values()
    line, painting = reference.line, reference.painting
    made = {}
    for frame, target in sorted({**shot.targets, **shot.between}.items()):
        line, painting = target, region_match_with_flow(line, painting, target)
        made[frame] = Colored(painting)
    return {frame: made[frame] for frame in shot.targets}


def color_from_all(shot: UncoloredShot) -> dict[int, Colored]:
    """Colour every target from all references: a region believes the one that it matches at less cost."""
    references = [(reference.line, reference.painting) for reference in shot.references.values()]
    return {frame: Colored(region_match_all(references, line)) for frame, line in shot.targets.items()}


def pour_truth(shot: UncoloredShot) -> dict[int, Colored]:
    """Pour the right colour into each inked region: what one colour a region can reach at most."""
    return {
        frame: Colored(pour_majority(flats_under_ink(shot.truth[frame], line), line))
        for frame, line in shot.targets.items()
    }

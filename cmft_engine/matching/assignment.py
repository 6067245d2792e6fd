"""From the region network's logits to chances: several references joined, rivals for one region made to give way.

Shapes: n target regions, m reference regions.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

EXCLUSION, EXCLUSION_TURNS = 0.7, 3  # how much regions that match the same one give way to each other
EXCLUSION_ROOM = 1.1  # how much larger than the one they match they may be together

Floats = NDArray[np.float32]


def join_chances(logits: list[torch.Tensor], area_target: Floats, area_references: list[Floats]) -> Floats:
    """Chances (n, m + 1) over the regions of all references and "in none of them", from logits (n, m_i + 1) each.

    References share what there is to match: the same one given twice changes nothing. Rivals for a region give way
    within each reference.
    """
    none = torch.stack([row[:, -1] for row in logits], 1).mean(1, keepdim=True)
    match = torch.cat([row[:, :-1] for row in logits], 1) - float(np.log(len(logits)))
    joined: Floats = torch.cat([match, none], 1).softmax(-1).cpu().numpy()
    known = 1 - joined[:, -1:]
    blocks, start = [], 0
    for area in area_references:
        block = joined[:, start : start + len(area)]
        share = block.sum(1, keepdims=True)
        alone = np.concatenate([block / np.maximum(share, 1e-9) * known, joined[:, -1:]], 1)
        blocks.append(exclude(alone, area_target, area)[:, :-1] * (share / np.maximum(known, 1e-9)))
        start += len(area)
    found = np.concatenate(blocks, 1)
    return np.concatenate([found, 1 - found.sum(1, keepdims=True)], 1).clip(0, 1).astype(np.float32)


def exclude(chance: Floats, area_target: Floats, area_reference: Floats) -> Floats:
    """Make regions that together are larger than the one that they want give way, the less sure ones first.

    chance: (n, m + 1), rows sum to 1, the last column is "not in the references", which all may want. Areas: (n,) and
    (m,) work pixels. A column that is wanted by more area than it has is damped and rows are brought back to 1, in
    turns: Sinkhorn's scaling as in SuperGlue (CVPR 2020), by area because a limb may cut one region into several.
    """
    load = np.minimum(np.maximum(area_target, 1)[:, None] / np.maximum(area_reference, 1)[None], 1)
    for _ in range(EXCLUSION_TURNS):
        wanted = (chance[:, :-1] * load).sum(0)
        damped = chance[:, :-1] / np.maximum(wanted / EXCLUSION_ROOM, 1) ** EXCLUSION
        chance = np.concatenate([damped, chance[:, -1:]], 1)
        chance = chance / np.maximum(chance.sum(1, keepdims=True), 1e-9)
    return chance.astype(np.float32)


def cycle_of(match: Floats, color: Floats, shares: Floats) -> Floats:
    """How far a region's best reference region, asked in return, names a region of the same colour: (n,) in [0, 1]."""
    if match.shape[1] == 0:  # the references have no regions
        return np.zeros(len(match), np.float32)
    back = match.argmax(0)[match.argmax(1)]
    return np.asarray((color * color[back]).sum(1) / np.maximum((color**2).sum(1), 1e-6), np.float32).clip(0, 1)


def split_chances(chance: Floats, counts: list[int]) -> list[Floats]:
    """Return the chances (n, m) towards each reference as if it were the only one.

    chance: (n, M) towards all references' regions, one reference after another; counts: m of each. A region is known
    as far as all references together say so.
    """
    known = chance.sum(1, keepdims=True)
    blocks = np.split(chance, np.cumsum(counts)[:-1], axis=1)
    return [block / np.maximum(block.sum(1, keepdims=True), 1e-9) * known for block in blocks]

"""What the networks make of a framed sample: line features, features pooled in regions, match weights between them.

The same steps as `matching.matcher` takes in use, with gradients. Shapes: T target regions, R reference regions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cmft_engine.matching.assignment import join_chances
from cmft_engine.matching.attention_mass import pixel_attention_mass
from cmft_engine.matching.network.inputs import as_batch
from cmft_engine.matching.network.network import LineFeatures, Match, Network
from cmft_engine.matching.network.region_network import RegionNetwork
from cmft_engine.matching.network.region_pool import Membership, RegionCells, attention_mass, cell_shares, pool
from cmft_engine.matching.region_flow import flow_agreement, flow_disagrees, refine_flow_from_matches
from cmft_engine.matching.region_inputs import MASS_COLUMNS, as_tensors, pair_features, with_match_weight
from cmft_training.data.dataset import Batch, ReferenceBatch
from cmft_training.data.region_batch import RegionBatch
from cmft_training.data.region_samples import FramedDrawing, RegionSample
from cmft_training.data.seen_lines import SeenLines


@dataclass(frozen=True)
class View:
    """A framed drawing on the device: line (1, 2, h, w), what the line encoder sees, and where regions lie."""

    drawing: FramedDrawing
    line: Tensor
    features: LineFeatures
    cells: RegionCells


def view(network: Network, drawing: FramedDrawing, *, device: torch.device, is_bf16: bool) -> View:
    """Let the line encoder look at a drawing. is_bf16: whether it computes in bf16; its features are float32."""
    line = as_batch(drawing.line, device).contiguous(memory_format=torch.channels_last)
    with torch.autocast(device.type, torch.bfloat16, enabled=is_bf16):
        seen = network.lines(line)
    features = LineFeatures(seen.half.float(), seen.quarter.float(), seen.tokens.float(), seen.position.float())
    return View(drawing, line, features, _moved(drawing.cells, device))


def _moved(cells: RegionCells, device: torch.device) -> RegionCells:
    eighth, quarter, half = (
        Membership(*(tensor.to(device) for tensor in (level.region, level.cell, level.pixels)))
        for level in cells.levels
    )
    return RegionCells((eighth, quarter, half), cells.area.to(device), cells.cells)


def read_regions(
    network: Network, sample: RegionSample, target: View, reference: View, found: Match | None
) -> RegionBatch:
    """Return what the region network reads of one pair, and the truth.

    found: the pixel network's match of that pair, or None where only its line encoder ran.
    """
    transferred = network.attend(target.features, reference.features, cell_shares(reference.cells)[None])[0]
    pair = sample.pair if found is None else _asked(sample, found)
    device = target.line.device
    here, there = (
        as_tensors(seen.drawing.work.side.descriptors, pool(seen.features, seen.cells)) for seen in (target, reference)
    )
    truth = (torch.from_numpy(array)[None].to(device) for array in (
        sample.truth.same, sample.truth.same_color, sample.truth.weight))  # fmt: skip
    weight = attention_mass(transferred, target.cells, reference.cells)[None]
    return RegionBatch(here, there, torch.from_numpy(pair)[None].to(device), weight, *truth)


@torch.no_grad()
def read_again(regions: RegionNetwork, sample: RegionSample, read: RegionBatch, *, is_bf16: bool) -> RegionBatch:
    """Return what is read of a pair the second time, when flow starts anew from the matches; no gradient.

    read: as from `read_regions`, and returned as it is where flow is not lost, as `matching.matcher` would in use.
    """
    target, reference = sample.target.work.side, sample.reference.work.side
    with torch.autocast(read.pair.device.type, torch.bfloat16, enabled=is_bf16):
        logits = regions(read.target, read.reference, read.pair, read.attention_mass)
    area = target.descriptors.area
    chance = join_chances([logits[0].float()], area, [reference.descriptors.area])[:, :-1]
    if not flow_disagrees(flow_agreement(chance, sample.pair), area):
        return read
    moved = refine_flow_from_matches(target, reference, chance, sample.motions)
    pair = torch.from_numpy(pair_features(target, reference, moved))[None].to(read.pair.device)
    pair[..., MASS_COLUMNS] = read.pair[..., MASS_COLUMNS]
    return replace(read, pair=pair)


def _asked(sample: RegionSample, found: Match) -> NDArray[np.float32]:
    """Return the pair's features with the match weight at 1/2 among them, (T, R, PAIR_FEATURES); no gradient."""
    target, reference = sample.target.work.side, sample.reference.work.side
    coarse, fine = found.weights
    seen = replace(found, weights=(coarse.detach(), fine.detach().float()))
    mass = pixel_attention_mass(seen, target, [reference])[0]
    return with_match_weight(sample.pair, target, reference, mass)


def match_pixels(network: Network, sample: RegionSample, target: View, reference: View, *, is_bf16: bool) -> Match:
    """Let the pixel network match a pair as in use; is_bf16 as for `view`."""
    batch, seen = pixel_batch(sample, target, reference)
    with torch.autocast(target.line.device.type, torch.bfloat16, enabled=is_bf16):
        known = network.encode_reference(reference.line, batch.references[0].color, seen.references[0])
        return network.match(target.line, known, None, seen.target)


def pixel_batch(sample: RegionSample, target: View, reference: View) -> tuple[Batch, SeenLines]:
    """Return the pair as a batch of one for the pixel network's losses, and its line features."""
    color = torch.from_numpy(sample.color).to(target.line.device)
    labels = [torch.from_numpy(seen.drawing.work.label)[None].to(target.line.device) for seen in (target, reference)]
    flats = [color[label].permute(0, 3, 1, 2).contiguous() for label in labels]
    batch = Batch(target.line, flats[0], labels[0], (ReferenceBatch(reference.line, flats[1], labels[1]),))
    return batch, SeenLines(target.features, (reference.features,))

"""What training asks of the network: right matches at every level, right colours, an honest "not there"."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from cmft_engine.model import cmft
from cmft_engine.model.network import Network, NetworkOutput
from cmft_engine.training.dataset import MAX_LABELS, Batch

WEIGHTS = {"match8": 0.5, "match4": 0.5, "match2": 0.5, "known": 0.1, "rgb": 1.0, "out": 1.0}


def label_shares(label: Tensor, cell: int) -> Tensor:
    """Share of each label in every cell: (B, S, S) int64 -> (B, N, MAX_LABELS)."""
    hot = F.one_hot(label, MAX_LABELS).permute(0, 3, 1, 2).float()
    return F.avg_pool2d(hot, cell).flatten(2).transpose(1, 2)


def label_weights(label: Tensor) -> Tensor:
    """Weight of each label's pixels, (B, S, S) -> (B, MAX_LABELS): small parts count more, paper less."""
    counts = F.one_hot(label.flatten(1), MAX_LABELS).sum(1).float()  # (B, L)
    weight = (counts + 16.0).rsqrt()
    weight[:, 0] *= 0.5
    return weight / (weight * counts).sum(1, keepdim=True) * counts.sum(1, keepdim=True)


def losses(network: Network, batch: Batch) -> dict[str, Tensor]:
    """Run a batch and return every loss by name, unweighted.

    match8, match4, match2: negative log of the match weight that fell on the right label, at 1/8, 1/4 and 1/2.
    known: cross-entropy of "the reference has it". rgb, out: L1 of transferred and decoded display RGB.
    """
    reference = network.encode_reference(batch.line_reference, batch.color_reference)
    shares = label_shares(batch.label_reference, 8)
    wanted = label_shares(batch.label_target, 8)
    output = network(batch.line_target, reference, extra=shares)
    weight = label_weights(batch.label_target)
    present = (shares.amax(1, keepdim=True) > 0.02).float()  # (B, 1, L)
    seen = (wanted * present).sum(-1)  # (B, N) share of the cell that the reference has
    return {
        "match8": _coarse_loss(output, wanted * present * weight[:, None]),
        "match4": _fine_loss(output, batch, weight, level=1),
        "match2": _fine_loss(output, batch, weight, level=2),
        "known": F.binary_cross_entropy(output.known.float().clamp(1e-4, 1 - 1e-4), seen.clamp(0, 1)),
        **_color_losses(output, batch, seen),
    }


def _coarse_loss(output: NetworkOutput, wanted: Tensor) -> Tensor:
    assert output.coarse is not None
    moved = output.coarse.float() / output.known.float().clamp_min(1e-4)[..., None]
    nll = -(wanted * torch.log(moved.clamp_min(0) + 1e-3)).sum(-1)
    return nll.sum() / wanted.sum().clamp_min(1.0)


def _fine_loss(output: NetworkOutput, batch: Batch, weight: Tensor, *, level: int) -> Tensor:
    """Negative log of the weight on children with the query's own label, where a candidate has one."""
    size = 2**level
    step = 8 // size
    take = slice(step // 2, None, step)
    target = cmft.to_cells(batch.label_target[:, None, take, take], size)  # (B, N, c, 1)
    source = cmft.to_cells(batch.label_reference[:, None, take, take], size)
    near = cmft.gather_cells(source, output.index)[..., 0]  # (B, N, k*c)
    same = target == near[:, :, None]  # (B, N, c, k*c)
    right = (output.weights[level - 1] * same).sum(-1)
    counted = torch.gather(weight, 1, target.flatten(1)).view_as(right) * same.any(-1)
    return -(torch.log(right + 1e-3) * counted).sum() / counted.sum().clamp_min(1.0)


def _color_losses(output: NetworkOutput, batch: Batch, seen: Tensor) -> dict[str, Tensor]:
    """L1 against the truth, weighing down cells that the reference cannot know."""
    batch_size, _, height, width = batch.color_target.shape
    weight = (0.1 + 0.9 * seen).view(batch_size, 1, height // 8, width // 8)
    total = torch.zeros((), device=weight.device)
    for rgb, share in zip(output.transferred, (0.25, 0.5, 1.0), strict=True):
        scale = rgb.shape[-1] * 8 // width
        truth = F.avg_pool2d(batch.color_target, 8 // scale)
        near = F.interpolate(weight, scale_factor=float(scale), mode="nearest")
        total = total + share * ((rgb.float() - truth).abs() * near).mean()
    full = F.interpolate(weight, scale_factor=8.0, mode="nearest")
    return {"rgb": total, "out": ((output.rgb.float() - batch.color_target).abs() * full).mean()}

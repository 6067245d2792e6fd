"""The losses of the pixel network: right matches at every level, right colours, an honest "not there"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.func import functional_call

from cmft_engine.matching.network import cmft
from cmft_engine.matching.network.network import Network, NetworkOutput, join_references
from cmft_engine.protocol.errors import SettingsError
from cmft_training.data.dataset import MAX_LABELS, Batch
from cmft_training.data.seen_lines import SeenLines

PRESENT_ABOVE = 0.02  # share of a reference cell from which a label counts as shown


@dataclass(frozen=True)
class LossWeights:
    """Weight of each term of `losses`, at least 0; 0 switches the term off and spares its cost."""

    match8: float = 0.5
    match4: float = 0.5
    match2: float = 0.5
    known: float = 0.1
    rgb: float = 1.0
    out: float = 1.0
    cycle: float = 0.0
    perceptual: float = 0.0

    def __post_init__(self) -> None:
        """Raise SettingsError for a negative weight."""
        for field in fields(self):
            if not getattr(self, field.name) >= 0:
                raise SettingsError(field.name, getattr(self, field.name), "a weight of 0 or more")

    def total(self, parts: dict[str, Tensor]) -> Tensor:
        """Return the weighted sum of what `losses` returned."""
        return torch.stack([getattr(self, name) * value for name, value in parts.items()]).sum()


DEFAULT_WEIGHTS = LossWeights()


def label_shares(label: Tensor, cell: int) -> Tensor:
    """Share of each label in every cell: (B, S, S) int64 -> (B, N, MAX_LABELS)."""
    children = cmft.to_cells(label[:, None], cell)[..., 0]  # (B, N, cell * cell)
    shares = torch.zeros(*children.shape[:2], MAX_LABELS, device=label.device)
    return shares.scatter_add_(2, children, shares.new_full((1, 1, 1), cell**-2).expand(children.shape))


def label_weights(label: Tensor) -> Tensor:
    """Weight of each label's pixels, (B, S, S) -> (B, MAX_LABELS): small parts count more, paper less."""
    flat = label.flatten(1)
    counts = torch.zeros(len(flat), MAX_LABELS, device=label.device)
    counts.scatter_add_(1, flat, counts.new_ones(1, 1).expand(flat.shape))
    weight = (counts + 16.0).rsqrt()
    weight[:, 0] *= 0.5
    return weight / (weight * counts).sum(1, keepdim=True) * counts.sum(1, keepdim=True)


@dataclass(frozen=True)
class _Truth:
    """What the labels of a batch say at 1/8.

    shares: (B, M, L) of the references' cells, wanted: (B, N, L) of the target's. seen: (B, N), the share of a target
    cell that some reference shows. counted: (B, N, L), how much each label of a cell counts; only seen ones do.
    weight: (B, L), how much a target pixel of each label counts.
    """

    shares: Tensor
    wanted: Tensor
    seen: Tensor
    counted: Tensor
    weight: Tensor

    @classmethod
    def of(cls, batch: Batch) -> _Truth:
        """Count the labels of a batch."""
        shares = torch.cat([label_shares(reference.label, 8) for reference in batch.references], 1)
        wanted = label_shares(batch.label_target, 8)
        present = (shares.amax(1, keepdim=True) > PRESENT_ABOVE).float()  # (B, 1, L)
        weight = label_weights(batch.label_target)  # (B, L)
        return cls(shares, wanted, (wanted * present).sum(-1), wanted * present * weight[:, None], weight)


def losses(network: Network, batch: Batch, weights: LossWeights = DEFAULT_WEIGHTS) -> dict[str, Tensor]:
    """Run a batch and return every loss that has a weight by name, unweighted; `match_and_judge` names them."""
    return match_and_judge(network, batch, weights)[1]


def match_and_judge(
    network: Network, batch: Batch, weights: LossWeights, seen: SeenLines | None = None
) -> tuple[NetworkOutput, dict[str, Tensor]]:
    """Run a batch; return the output, and every loss that has a weight by name, unweighted.

    match8, match4, match2: negative log of the match weight that fell on the right label, at 1/8, 1/4 and 1/2.
    known: cross-entropy of "the reference has it". rgb, out: L1 of transferred and decoded display RGB.
    cycle: negative log of the weight that comes home to the own label when the match at 1/8 is followed to the
    references and back. perceptual: L1 of what our own colour encoder sees in the decoded and in the true RGB.
    """
    truth = _Truth.of(batch)
    output = _run(network, batch, truth, weights, seen or _see(network, batch))
    terms: dict[str, Callable[[], Tensor]] = {
        "match8": lambda: _coarse_loss(output, truth, slice(0, MAX_LABELS)),
        "match4": lambda: _fine_loss(output, batch, truth.weight, level=1),
        "match2": lambda: _fine_loss(output, batch, truth.weight, level=2),
        "known": lambda: _known_loss(output, truth),
        "rgb": lambda: _transferred_loss(output, batch, truth),
        "out": lambda: ((output.rgb.float() - batch.color_target).abs() * _trust(truth, batch, 1)).mean(),
        "cycle": lambda: _coarse_loss(output, truth, slice(-MAX_LABELS, None)),
        "perceptual": lambda: _perceptual_loss(network, output, batch, truth),
    }
    return output, {name: term() for name, term in terms.items() if getattr(weights, name)}


def _see(network: Network, batch: Batch) -> SeenLines:
    references = tuple(network.lines(reference.line) for reference in batch.references)
    return SeenLines(network.lines(batch.line_target), references)


def _run(
    network: Network, batch: Batch, truth: _Truth, weights: LossWeights, seen: SeenLines
) -> NetworkOutput:
    """Match the targets with all references joined.

    `coarse` carries the references' label shares if match8 needs them, then, if cycle does, where a walk from the
    target to the references and back ends (`_home`).
    """
    pairs = zip(batch.references, seen.references, strict=True)
    known = join_references([network.encode_reference(r.line, r.color, lines) for r, lines in pairs])
    extra = [truth.shares] if weights.match8 else []
    if weights.cycle:
        extra.append(_home(network, seen, truth.wanted))
    output: NetworkOutput = network(
        batch.line_target, known, extra=torch.cat(extra, -1) if extra else None, seen=seen.target
    )
    return output


def _home(network: Network, seen: SeenLines, wanted: Tensor) -> Tensor:
    """Label shares (B, M, L) of the target cells that each reference cell matches in return.

    Carried to the target once more they say on which label a round trip ends, as in Haeusser, Mordvintsev and
    Cremers, "Learning by Association", CVPR 2017; Jabri, Owens and Efros, "Space-Time Correspondence as a Contrastive
    Random Walk", NeurIPS 2020, walk to neighbouring frames and back so. Both ways are fused attentions: memory grows
    with the cells, never with target times reference cells.
    """
    values = F.pad(wanted, (0, 1), value=1.0)  # the last column finds out what went to "not there", and undoes it
    back = torch.cat([network.attend(lines, seen.target, values) for lines in seen.references], 1)
    return back[..., :-1] / back[..., -1:].clamp_min(torch.finfo(torch.bfloat16).tiny)


def _coarse_loss(output: NetworkOutput, truth: _Truth, columns: slice) -> Tensor:
    """Negative log of the label shares (B, N, L) that arrived at 1/8 in these columns."""
    assert output.coarse is not None
    moved = output.coarse[..., columns].float() / output.known.float().clamp_min(1e-4)[..., None]
    nll = -(truth.counted * torch.log(moved.clamp_min(0) + 1e-3)).sum(-1)
    return nll.sum() / truth.counted.sum().clamp_min(1.0)


def _fine_loss(output: NetworkOutput, batch: Batch, weight: Tensor, *, level: int) -> Tensor:
    """Negative log of the weight on children with the query's own label, where a candidate has one."""
    size = 2**level
    step = 8 // size
    take = slice(step // 2, None, step)
    target = cmft.to_cells(batch.label_target[:, None, take, take], size)  # (B, N, c, 1)
    source = torch.cat([cmft.to_cells(r.label[:, None, take, take], size) for r in batch.references], 1)
    near = cmft.gather_cells(source, output.index)[..., 0]  # (B, N, k*c)
    same = target == near[:, :, None]  # (B, N, c, k*c)
    right = (output.weights[level - 1] * same).sum(-1)
    counted = torch.gather(weight, 1, target.flatten(1)).view_as(right) * same.any(-1)
    return -(torch.log(right + 1e-3) * counted).sum() / counted.sum().clamp_min(1.0)


def _known_loss(output: NetworkOutput, truth: _Truth) -> Tensor:
    """Binary cross-entropy, spelled out: autocast forbids torch's own on probabilities."""
    known, seen = output.known.float().clamp(1e-4, 1 - 1e-4), truth.seen.clamp(0, 1)
    return -(seen * known.log() + (1 - seen) * (1 - known).log()).mean()


def _trust(truth: _Truth, batch: Batch, cell: int) -> Tensor:
    """Weight (B, 1, S / cell, S / cell) of colours: little where no reference can know them."""
    height, width = (side // 8 for side in batch.color_target.shape[-2:])
    weight = (0.1 + 0.9 * truth.seen).view(-1, 1, height, width)
    return F.interpolate(weight, scale_factor=8.0 / cell, mode="nearest")


def _transferred_loss(output: NetworkOutput, batch: Batch, truth: _Truth) -> Tensor:
    total = torch.zeros((), device=batch.color_target.device)
    for rgb, cell, share in zip(output.transferred, (8, 4, 2), (0.25, 0.5, 1.0), strict=True):
        wrong = (rgb.float() - F.avg_pool2d(batch.color_target, cell)).abs()
        total = total + share * (wrong * _trust(truth, batch, cell)).mean()
    return total


def _perceptual_loss(network: Network, output: NetworkOutput, batch: Batch, truth: _Truth) -> Tensor:
    """L1 of the colour encoder's maps at 1/2, 1/4 and 1/8; the encoder itself learns nothing from it.

    Features instead of pixels as in Johnson, Alahi and Fei-Fei, "Perceptual Losses for Real-Time Style Transfer and
    Super-Resolution", ECCV 2016. Both pictures pass in one batch, so that they share its statistics.
    """
    pictures = torch.cat([output.rgb.float(), batch.color_target])
    seen = torch.cat([pictures, batch.line_target.repeat(2, 1, 1, 1)], 1)
    frozen = {name: value.detach() for name, value in network.color.named_parameters()}
    copied = {name: value.clone() for name, value in network.color.named_buffers()}  # batch norm writes into these
    maps = functional_call(network.color, frozen | copied, (seen,))
    total = torch.zeros((), device=pictures.device)
    for features, cell in zip(maps, (2, 4, 8), strict=True):
        given, wanted = features.float().chunk(2)
        total = total + ((given - wanted).abs() * _trust(truth, batch, cell)).mean()
    return total

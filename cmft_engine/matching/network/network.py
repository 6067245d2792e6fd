"""The CMFT network: three encoders, matches at 1/8, 1/4 and 1/2, one decoder.

The upsampled colour estimate of a coarser level joins the line features of the next match, as in the paper.
References are encoded once (`encode_reference`, `join_references`) and serve every target (`match`); what its pixels
look like (`paint`) is asked only where the network's own RGB is shown.
Shapes: B batch, H W work resolution (multiples of 16), N M cells at 1/8 of target and reference.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import cmft
from .encoders import (
    COLOR_CHANNELS,
    LINE_CHANNELS,
    SEMANTIC,
    WIDTHS,
    ConvBlock,
    Pyramid,
    ResidualBlock,
    SemanticNet,
    drawing_positions,
)

MATCH = (64, 48, 32)  # matching channels at 1/8, 1/4, 1/2
VALUE = (64, 45, 21)  # colour feature channels at 1/8, 1/4, 1/2; RGB rides beside them
CANDIDATES = 6  # coarse cells below which the finer levels look


@dataclass(frozen=True)
class LineFeatures:
    """What the network sees in line art, the same for targets and references.

    half: (B, 24, H/2, W/2), quarter: (B, 48, H/4, W/4). tokens: (B, N, 64) matching features at 1/8, centred and
    normalised. position: (B, N, 2) from the ink's centre in units of its spread.
    """

    half: Tensor
    quarter: Tensor
    tokens: Tensor
    position: Tensor


@dataclass(frozen=True)
class ReferenceFeatures:
    """What the network keeps of its references: keys and values of every cell, children grouped by cell.

    key: (B, M, 64 + 6), (B, M, 4, 48), (B, M, 16, 32); value: (B, M, 67), (B, M, 4, 48), (B, M, 16, 24).
    The key at 1/8 is in `cmft.key_columns` form; the last three value channels are display RGB.
    """

    key: tuple[Tensor, Tensor, Tensor]
    value: tuple[Tensor, Tensor, Tensor]


@dataclass(frozen=True)
class Match:
    """Where the cells of a target come from.

    transferred: line-free RGB carried over at 1/8, 1/4 and 1/2, (B, 3, h, w) each.
    index: (B, N, k) candidate reference cells of every target cell at 1/8.
    weights: (B, N, 4, k*4) and (B, N, 16, k*16) match weights at 1/4 and 1/2 over the candidates' children.
    known: (B, N) probability that the cell is in the reference at all, in [0, 1].
    coarse: (B, N, E) what `extra` values arrived at 1/8, when given.
    undecoded: (B, C, H/2, W/2) what `paint` reads.
    """

    transferred: tuple[Tensor, Tensor, Tensor]
    index: Tensor
    weights: tuple[Tensor, Tensor]
    known: Tensor
    coarse: Tensor | None
    undecoded: Tensor


@dataclass(frozen=True)
class NetworkOutput(Match):
    """One pass over a target: its match, and the decoder's display RGB (B, 3, H, W), unbounded."""

    rgb: Tensor


class Upsample(nn.Module):
    """A decoder stage: fuse, refine, and double the size by sub-pixel convolution."""

    def __init__(self, inputs: int, width: int, outputs: int, *, blocks: int) -> None:
        super().__init__()
        self.body = nn.Sequential(ConvBlock(inputs, width), *[ResidualBlock(width) for _ in range(blocks)])
        self.up = nn.Sequential(nn.Conv2d(width, outputs * 4, 1), nn.PixelShuffle(2))

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.up(self.body(x))
        return out


class Network(nn.Module):
    """Line Art Correlation Matching Feature Transfer Network (WACV 2021) with palette votes as a second output."""

    def __init__(self) -> None:
        super().__init__()
        half, quarter, eighth = WIDTHS
        self.line = Pyramid(LINE_CHANNELS, wide=True)
        self.color = Pyramid(COLOR_CHANNELS + LINE_CHANNELS)
        self.backbone = Pyramid(LINE_CHANNELS)
        self.semantic = SemanticNet()
        self.match_eighth = nn.Conv2d(eighth + SEMANTIC, MATCH[0], 1)
        self.match_quarter = nn.Conv2d(quarter, MATCH[1], 1)
        self.match_half = nn.Conv2d(half, MATCH[2], 1)
        # what the estimate (target) and the true colour (reference) add to the line features
        self.estimate_quarter = nn.Conv2d(quarter, MATCH[1], 1)
        self.estimate_half = nn.Conv2d(half, MATCH[2], 1)
        self.truth_quarter = nn.Conv2d(quarter, MATCH[1], 1)
        self.truth_half = nn.Conv2d(half, MATCH[2], 1)
        self.value = nn.ModuleList(
            nn.Conv2d(c, v, 1) for c, v in zip((eighth, quarter, half), VALUE, strict=True)
        )
        self.decode_eighth = Upsample(VALUE[0] + 3 + eighth, eighth, quarter, blocks=2)
        self.decode_quarter = Upsample(VALUE[1] + 3 + 2 * quarter, quarter, half, blocks=1)
        self.decode_half = Upsample(VALUE[2] + 3 + 2 * half, 24, 8, blocks=0)
        self.out = nn.Sequential(
            nn.Conv2d(8 + 3 + LINE_CHANNELS, 8, 3, padding=1), nn.SiLU(inplace=True), nn.Conv2d(8, 3, 3, padding=1)
        )
        self.log_inverse_temperature = nn.Parameter(torch.full((3,), 2.5))
        self.log_inverse_sigma = nn.Parameter(torch.tensor(0.0))
        self.null_logit = nn.Parameter(torch.tensor(2.0))

    def _temperature(self, level: int) -> Tensor:
        return torch.exp(-self.log_inverse_temperature[level].clamp(0.0, 4.0))

    def lines(self, line: Tensor) -> LineFeatures:
        """Encode line art (B, 2, H, W): ink and distance to ink in [0, 1]."""
        half, quarter, eighth = self.line(line)
        position = drawing_positions(line[:, :1], 8)  # (B, 2, h, w)
        feature = self.match_eighth(torch.cat([eighth, self.semantic(eighth, position)], 1))
        tokens = cmft.center_normalize(feature.flatten(2).transpose(1, 2))
        return LineFeatures(half, quarter, tokens, position.flatten(2).transpose(1, 2))

    def _query(self, seen: LineFeatures) -> Tensor:
        return cmft.query_columns(
            seen.tokens,
            seen.position,
            temperature=self._temperature(0),
            inverse_sigma=self.log_inverse_sigma.exp(),
        )

    def _key(self, seen: LineFeatures) -> Tensor:
        return cmft.key_columns(seen.tokens, seen.position, inverse_sigma=self.log_inverse_sigma.exp())

    def attend(self, target: LineFeatures, reference: LineFeatures, values: Tensor) -> Tensor:
        """Carry values (B, M, E) of reference cells to target cells (B, N, E) by the match at 1/8, lines alone.

        What goes to "not in the reference" is missing from the sums.
        """
        query, key = self._query(target), self._key(reference)
        key = torch.cat([key, cmft.null_key(key, self.null_logit)], 1)
        return cmft.transfer(query, key.to(query.dtype), F.pad(values, (0, 0, 0, 1)).to(query.dtype))

    def encode_reference(self, line: Tensor, color: Tensor, seen: LineFeatures | None = None) -> ReferenceFeatures:
        """Encode a reference once.

        line: (B, 2, H, W) ink and distance to ink in [0, 1]; color: (B, 3, H, W) display RGB without ink.
        seen: `lines(line)`, when it is known already.
        """
        seen = seen or self.lines(line)
        painted = self.color(torch.cat([color, line], 1))  # maps at 1/2, 1/4, 1/8
        key_quarter = self.match_quarter(seen.quarter) + self.truth_quarter(painted[1])
        key_half = self.match_half(seen.half) + self.truth_half(painted[0])
        keys = (
            self._key(seen),
            cmft.center_normalize(cmft.to_cells(key_quarter, 2)),
            cmft.center_normalize(cmft.to_cells(key_half, 4)),
        )
        values = [
            torch.cat([project(feature), F.avg_pool2d(color, size)], 1)
            for project, feature, size in zip(self.value, reversed(painted), (8, 4, 2), strict=True)
        ]
        grouped = (values[0].flatten(2).transpose(1, 2), cmft.to_cells(values[1], 2), cmft.to_cells(values[2], 4))
        return ReferenceFeatures(keys, grouped)

    def forward(
        self,
        line: Tensor,
        reference: ReferenceFeatures,
        extra: Tensor | None = None,
        seen: LineFeatures | None = None,
    ) -> NetworkOutput:
        """Match and paint targets (B, 2, H, W); see `match`."""
        found = self.match(line, reference, extra, seen)
        return NetworkOutput(**vars(found), rgb=self.paint(line, found))

    def match(
        self,
        line: Tensor,
        reference: ReferenceFeatures,
        extra: Tensor | None = None,
        seen: LineFeatures | None = None,
    ) -> Match:
        """Match targets (B, 2, H, W) with encoded references.

        extra: (B, M, E) further values to carry at 1/8, such as shares of parts in training. seen: `lines(line)`,
        when it is known already.
        """
        height, width = line.shape[-2] // 8, line.shape[-1] // 8
        seen = seen or self.lines(line)
        back = self.backbone(line)
        query = self._query(seen)
        moved, known, coarse, index = self._match_eighth(query, reference, extra)
        carried0 = cmft.from_cells(moved[:, :, None], height, width)  # (B, 67, h, w)
        estimate = self.decode_eighth(torch.cat([carried0, back[2]], 1))  # (B, 48, 2h, 2w)
        q = self.match_quarter(seen.quarter) + self.estimate_quarter(estimate)
        carried1, weights1 = self._match_below(q, reference, index, level=1)
        estimate = self.decode_quarter(torch.cat([carried1, back[1], estimate], 1))  # (B, 24, 4h, 4w)
        q = self.match_half(seen.half) + self.estimate_half(estimate)
        carried2, weights2 = self._match_below(q, reference, index, level=2)
        transferred = (carried0[:, -3:], carried1[:, -3:], carried2[:, -3:])
        undecoded = torch.cat([carried2, back[0], estimate], 1)
        return Match(transferred, index, (weights1, weights2), known, coarse, undecoded)

    def paint(self, line: Tensor, found: Match) -> Tensor:
        """Decode display RGB (B, 3, H, W), unbounded, from what `match` found for the same lines."""
        full = self.decode_half(found.undecoded)  # (B, 8, H, W)
        base = F.interpolate(found.transferred[2], scale_factor=2.0, mode="nearest")
        rgb: Tensor = base + self.out(torch.cat([full, base, line], 1))
        return rgb

    def _match_eighth(
        self, query: Tensor, reference: ReferenceFeatures, extra: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor | None, Tensor]:
        """First, global match: values (B, N, 67), the share of known (B, N), what `extra` became, best cells."""
        key, value = reference.key[0], reference.value[0]
        key = torch.cat([key, cmft.null_key(key, self.null_logit)], 1)
        columns = [value, torch.ones_like(value[..., :1])] + ([] if extra is None else [extra])
        value = F.pad(torch.cat(columns, -1), (0, 0, 0, 1))  # the null key carries nothing
        moved, index = cmft.transfer_and_rank(query, key.to(query.dtype), value, CANDIDATES)
        width = VALUE[0] + 3
        known = moved[..., width]
        carried = moved[..., :width] / known.clamp_min(1e-4)[..., None].to(moved.dtype)
        return carried, known, None if extra is None else moved[..., width + 1 :], index

    def _match_below(
        self, query: Tensor, reference: ReferenceFeatures, index: Tensor, *, level: int
    ) -> tuple[Tensor, Tensor]:
        """Finer match at 1/4 (level 1) or 1/2 (level 2): the carried map and the weights."""
        size = 2**level
        cells = cmft.center_normalize(cmft.to_cells(query, size)) / self._temperature(level)
        moved, weights = cmft.transfer_below(
            cells.to(reference.key[level].dtype), reference.key[level], reference.value[level], index
        )
        return cmft.from_cells(moved, query.shape[-2] // size, query.shape[-1] // size), weights


def join_references(references: list[ReferenceFeatures]) -> ReferenceFeatures:
    """Concatenate encoded references cell by cell; a target then looks at all of them at once."""

    def join(level: int, name: str) -> Tensor:
        return torch.cat([getattr(reference, name)[level] for reference in references], 1)

    return ReferenceFeatures(
        (join(0, "key"), join(1, "key"), join(2, "key")), (join(0, "value"), join(1, "value"), join(2, "value"))
    )
